//! Cross-attention over 64 scalar positions within a sample (Tao et al. 2024, eq. 3-7).
//!
//! One head of width 64 whose queries are the scalars h_i and whose keys and values are the
//! scalars c_j. With q_i = h_i w_q + b_q, k_j = c_j w_k, v_j = c_j w_v + b_v and output weights
//! w_o, b_o everything factors through four inner products:
//!
//! t_i = a h_i + b, a = w_q·w_k / 8, b = b_q·w_k / 8;
//! A_ij = softmax_j(t_i c_j); s_i = Σ_j A_ij c_j;
//! out_i = p s_i + d, p = w_v·w_o, d = b_v·w_o + b_o.
//!
//! A key bias shifts all scores of a row alike and cancels in the softmax: its gradient is zero,
//! so it is left out. Rectified inputs are mostly zeros: all h_i = 0 share one row, all c_j = 0
//! one exponential. That is what makes training quick.

use super::exponential::exp_non_positive;
use super::layout::{Heads, WIDTH};

/// The four products of one set of parameters, or their gradient.
#[derive(Debug, Clone, Copy, Default)]
pub struct Products {
    a: f64,
    b: f64,
    p: f64,
    d: f64,
}

impl Products {
    /// From the parameters of one attention.
    pub fn of(parameters: &[f64], heads: &Heads) -> Self {
        let dot = |x: usize, y: usize| -> f64 {
            let x = &parameters[x..x + WIDTH];
            x.iter().zip(&parameters[y..]).map(|(x, y)| x * y).sum()
        };
        let scale = (WIDTH as f64).sqrt();
        Self {
            a: dot(heads.query, heads.key) / scale,
            b: dot(heads.query_bias, heads.key) / scale,
            p: dot(heads.value, heads.out),
            d: dot(heads.value_bias, heads.out) + parameters[heads.out_bias],
        }
    }

    /// Adds another gradient.
    pub fn add(&mut self, other: Self) {
        self.a += other.a;
        self.b += other.b;
        self.p += other.p;
        self.d += other.d;
    }

    /// As a gradient: adds the gradient of the parameters, given the gradient of the products.
    pub fn back(self, parameters: &[f64], heads: &Heads, gradient: &mut [f64]) {
        let scale = (WIDTH as f64).sqrt();
        let (a, b) = (self.a / scale, self.b / scale);
        for i in 0..WIDTH {
            let at = |start: usize| parameters[start + i];
            gradient[heads.query + i] += a * at(heads.key);
            gradient[heads.key + i] += a * at(heads.query) + b * at(heads.query_bias);
            gradient[heads.query_bias + i] += b * at(heads.key);
            gradient[heads.value + i] += self.p * at(heads.out);
            gradient[heads.value_bias + i] += self.d * at(heads.out);
            gradient[heads.out + i] += self.p * at(heads.value) + self.d * at(heads.value_bias);
        }
        gradient[heads.out_bias] += self.d;
    }
}

/// What the backward pass of one sample needs of its forward pass.
#[derive(Debug, Clone)]
pub struct Attention {
    /// Non-zero conditions and where they belong.
    c: Vec<f64>,
    places: Vec<usize>,
    /// Rows in use: first the one shared by all h_i = 0, then one per non-zero h_i.
    rows: Vec<Row>,
    /// Weights A of the non-zero conditions, one line of [`WIDTH`] per row.
    weights: Vec<f64>,
    /// Row of each position.
    row_of: [usize; WIDTH],
}

#[derive(Debug, Clone, Copy, Default)]
struct Row {
    h: f64,
    t: f64,
    s: f64,
    variance: f64,
}

impl Default for Attention {
    fn default() -> Self {
        Self {
            c: Vec::with_capacity(WIDTH),
            places: Vec::with_capacity(WIDTH),
            rows: Vec::with_capacity(WIDTH + 1),
            weights: vec![0.0; (WIDTH + 1) * WIDTH],
            row_of: [0; WIDTH],
        }
    }
}

impl Attention {
    /// out = Attention(h, c, c).
    pub fn forward(
        &mut self,
        products: Products,
        h: &[f64; WIDTH],
        c: &[f64; WIDTH],
        out: &mut [f64; WIDTH],
    ) {
        self.c.clear();
        self.places.clear();
        for (place, &value) in c.iter().enumerate() {
            if value != 0.0 {
                self.c.push(value);
                self.places.push(place);
            }
        }
        self.rows.clear();
        self.push_row(products, 0.0);
        for (i, &value) in h.iter().enumerate() {
            self.row_of[i] = if value == 0.0 {
                0
            } else {
                self.push_row(products, value)
            };
        }
        for (out, &row) in out.iter_mut().zip(&self.row_of) {
            *out = products.p * self.rows[row].s + products.d;
        }
    }

    fn push_row(&mut self, products: Products, h: f64) -> usize {
        let index = self.rows.len();
        let n_zero = (WIDTH - self.c.len()) as f64;
        let t = products.a * h + products.b;
        // The largest score, so that no exponent is positive.
        let mut largest = if n_zero > 0.0 { 0.0 } else { f64::NEG_INFINITY };
        for c in &self.c {
            largest = largest.max(t * c);
        }
        let weights = &mut self.weights[index * WIDTH..][..self.c.len()];
        for (weight, c) in weights.iter_mut().zip(&self.c) {
            *weight = exp_non_positive(t * c - largest);
        }
        let (mut sum, mut first, mut second) = (0.0, 0.0, 0.0);
        for (weight, c) in weights.iter().zip(&self.c) {
            let moment = weight * c;
            sum += weight;
            first += moment;
            second += moment * c;
        }
        if n_zero > 0.0 {
            sum += n_zero * exp_non_positive(-largest);
        }
        for weight in weights {
            *weight /= sum;
        }
        let s = first / sum;
        self.rows.push(Row {
            h,
            t,
            s,
            variance: second / sum - s * s,
        });
        index
    }

    /// Given the gradient of out: adds that of c, writes that of h (zero where h is zero, where
    /// the rectifier passes nothing) and returns that of the products.
    pub fn back(
        &self,
        products: Products,
        d_out: &[f64; WIDTH],
        d_h: &mut [f64; WIDTH],
        d_c: &mut [f64; WIDTH],
    ) -> Products {
        // Positions that share a row share its answer, so their gradients add up.
        let mut d_rows = [0.0; WIDTH + 1];
        for (&row, d) in self.row_of.iter().zip(d_out) {
            d_rows[row] += d;
        }
        let mut d_products = Products::default();
        let mut d_active = [0.0; WIDTH];
        let d_active = &mut d_active[..self.c.len()];
        let mut d_t = [0.0; WIDTH + 1];
        for (index, (row, &d)) in self.rows.iter().zip(&d_rows).enumerate() {
            d_products.p += d * row.s;
            d_products.d += d;
            let d_s = d * products.p;
            d_t[index] = d_s * row.variance;
            d_products.a += d_t[index] * row.h;
            d_products.b += d_t[index];
            let weights = &self.weights[index * WIDTH..][..self.c.len()];
            // ∂s/∂c_j = A_j (1 + t (c_j − s))
            let (constant, slope) = (d_s * (1.0 - row.t * row.s), d_s * row.t);
            for ((to, weight), c) in d_active.iter_mut().zip(weights).zip(&self.c) {
                *to += weight * (constant + slope * c);
            }
        }
        for (&place, d) in self.places.iter().zip(d_active.iter()) {
            d_c[place] += d;
        }
        for (i, &row) in self.row_of.iter().enumerate() {
            d_h[i] = if row == 0 { 0.0 } else { products.a * d_t[row] };
        }
        d_products
    }
}
