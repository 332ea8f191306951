//! Symmetric positive definite systems by Cholesky factors: all the linear algebra health needs.

/// Lower factor L of A = L Lᵀ, row-major, shape (n, n).
#[derive(Debug, Clone, PartialEq)]
pub struct Cholesky {
    n: usize,
    l: Vec<f64>,
}

impl Cholesky {
    /// Factors a symmetric matrix given row-major, shape (n, n); only the lower triangle is read.
    /// `None` if it is not positive definite.
    pub fn new(mut a: Vec<f64>, n: usize) -> Option<Self> {
        if a.len() != n * n {
            return None;
        }
        for i in 0..n {
            let (above, rest) = a.split_at_mut(i * n);
            let row = rest.get_mut(..n)?;
            for j in 0..i {
                let other = above.get(j * n..j * n + j + 1)?;
                let sum = row[j] - dot(&row[..j], &other[..j]);
                row[j] = sum / other[j];
            }
            let pivot = row[i] - dot(&row[..i], &row[..i]);
            // NaN fails the comparison too.
            if !(pivot > 0.0 && pivot.is_finite()) {
                return None;
            }
            row[i] = pivot.sqrt();
            row[i + 1..].fill(0.0);
        }
        Some(Self { n, l: a })
    }

    /// Solves A x = b.
    pub fn solve(&self, b: &[f64]) -> Vec<f64> {
        let mut x = b.to_vec();
        for i in 0..self.n {
            let row = self.row(i);
            x[i] = (x[i] - dot(&row[..i], &x[..i])) / row[i];
        }
        for i in (0..self.n).rev() {
            let row = self.row(i);
            x[i] /= row[i];
            let value = x[i];
            for (to, l) in x[..i].iter_mut().zip(row) {
                *to -= l * value;
            }
        }
        x
    }

    /// A⁻¹, row-major.
    pub fn inverse(&self) -> Vec<f64> {
        let n = self.n;
        // M = L⁻¹ row by row: row i is (e_i − Σ_j L_ij M_j) / L_ii; then A⁻¹ = Mᵀ M.
        let mut m = vec![0.0; n * n];
        for i in 0..n {
            let (above, rest) = m.split_at_mut(i * n);
            let (row, l) = (&mut rest[..n], self.row(i));
            row[i] = 1.0;
            for j in 0..i {
                let factor = l[j];
                for (to, from) in row[..=j].iter_mut().zip(&above[j * n..]) {
                    *to -= factor * from;
                }
            }
            row[..=i].iter_mut().for_each(|value| *value /= l[i]);
        }
        let mut inverse = vec![0.0; n * n];
        for k in 0..n {
            let row = &m[k * n..k * n + k + 1];
            for (i, &factor) in row.iter().enumerate() {
                let to = &mut inverse[i * n..i * n + i + 1];
                for (to, from) in to.iter_mut().zip(row) {
                    *to += factor * from;
                }
            }
        }
        for i in 0..n {
            for j in 0..i {
                inverse[j * n + i] = inverse[i * n + j];
            }
        }
        inverse
    }

    fn row(&self, i: usize) -> &[f64] {
        &self.l[i * self.n..(i + 1) * self.n]
    }
}

/// Σ a_i b_i over the shorter length, in four interleaved sums (a fixed order on every platform,
/// and short dependency chains).
pub fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut sums = [0.0; 4];
    let (chunks_a, chunks_b) = (a.chunks_exact(4), b.chunks_exact(4));
    let n = a.len().min(b.len()) / 4 * 4;
    let tail: f64 = a.iter().zip(b).skip(n).map(|(x, y)| x * y).sum();
    for (x, y) in chunks_a.zip(chunks_b) {
        for k in 0..4 {
            sums[k] += x[k] * y[k];
        }
    }
    (sums[0] + sums[1]) + (sums[2] + sums[3]) + tail
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn factor_solve_and_inverse_agree() {
        // A = B Bᵀ + I of a fixed B.
        let n = 7;
        let b: Vec<f64> = (0..n * n)
            .map(|i| ((i * 37 + 11) % 19) as f64 / 9.0)
            .collect();
        let mut a = vec![0.0; n * n];
        for i in 0..n {
            for j in 0..n {
                a[i * n + j] = dot(&b[i * n..(i + 1) * n], &b[j * n..(j + 1) * n]);
            }
            a[i * n + i] += 1.0;
        }
        let factor = Cholesky::new(a.clone(), n).unwrap();
        let inverse = factor.inverse();
        for i in 0..n {
            let mut unit = vec![0.0; n];
            unit[i] = 1.0;
            let column = factor.solve(&unit);
            for j in 0..n {
                assert!((column[j] - inverse[j * n + i]).abs() < 1e-12);
                let product = dot(&a[j * n..(j + 1) * n], &column);
                assert!((product - unit[j]).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn an_indefinite_matrix_has_no_factor() {
        assert!(Cholesky::new(vec![1.0, 2.0, 2.0, 1.0], 2).is_none());
        assert!(Cholesky::new(vec![f64::NAN], 1).is_none());
        assert!(Cholesky::new(vec![1.0; 3], 2).is_none());
    }
}
