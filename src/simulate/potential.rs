//! A half-cell potential on a uniform grid: strictly falling, defined for every lithium
//! fraction, cheap to read and to invert.

use super::half_cell::HalfCell;

/// Grid intervals over lithium fractions 0..1.
const N_INTERVALS: usize = 1000;
/// Slope of the walls that continue a potential outside its domain, V per unit of x. Steep, so
/// that a cell runs into its cut-off voltage before it leaves what was measured.
const WALL_V: f64 = 40.0;
/// Least slope inside, V per unit of x, so that a plateau can be inverted.
const LEAST_SLOPE_V: f64 = 1e-4;

/// U(x) in V on a grid of x, falling.
#[derive(Debug, Clone)]
pub struct Potential {
    volts: Vec<f64>,
}

impl Potential {
    /// Tabulates one material.
    pub fn of(half_cell: &HalfCell) -> Self {
        let (low, high) = half_cell.domain;
        let at_low = half_cell.potential_v(low);
        let at_high = half_cell.potential_v(high);
        Self::from_fn(|x| {
            if x < low {
                at_low + WALL_V * (low - x)
            } else if x > high {
                at_high - WALL_V * (x - high)
            } else {
                half_cell.potential_v(x)
            }
        })
    }

    /// Tabulates a mixture of two materials that share one potential: at each voltage the lithium
    /// fractions add up with their shares of capacity.
    pub fn of_blend(first: &HalfCell, second: &HalfCell, share_of_first: f64) -> Self {
        let (a, b) = (Self::of(first), Self::of(second));
        Self::from_fn(|x| {
            let (mut low_v, mut high_v) = (-50.0, 60.0);
            for _ in 0..48 {
                let middle_v = 0.5 * (low_v + high_v);
                let lithium = share_of_first * a.fraction_at(middle_v)
                    + (1.0 - share_of_first) * b.fraction_at(middle_v);
                if lithium > x {
                    low_v = middle_v;
                } else {
                    high_v = middle_v;
                }
            }
            0.5 * (low_v + high_v)
        })
    }

    /// The mean of two potentials of the same kind, with a weight for the first.
    pub(super) fn between(first: &Self, second: &Self, weight: f64) -> Self {
        Self::from_fn(|x| weight * first.at(x) + (1.0 - weight) * second.at(x))
    }

    /// The same potential with its lithium axis and its volts bent a little: `bend(x)` gives the
    /// shift of x and the shift of volts.
    pub(super) fn bent(&self, bend: impl Fn(f64) -> (f64, f64)) -> Self {
        Self::from_fn(|x| {
            let (shift, volts) = bend(x);
            self.at(x + shift) + volts
        })
    }

    fn from_fn(potential_v: impl Fn(f64) -> f64) -> Self {
        let step = 1.0 / N_INTERVALS as f64;
        let mut volts = Vec::with_capacity(N_INTERVALS + 1);
        let mut last_v = f64::INFINITY;
        for i in 0..=N_INTERVALS {
            // Fits wiggle by a millivolt here and there; a potential may only fall with lithium.
            last_v = potential_v(i as f64 * step).min(last_v - LEAST_SLOPE_V * step);
            volts.push(last_v);
        }
        Self { volts }
    }

    /// Potential in V at lithium fraction `x`; outside 0..1 it goes on as a wall.
    pub fn at(&self, x: f64) -> f64 {
        let position = x.clamp(0.0, 1.0) * N_INTERVALS as f64;
        let i = (position as usize).min(N_INTERVALS - 1);
        let (left, right) = match (self.volts.get(i), self.volts.get(i + 1)) {
            (Some(left), Some(right)) => (*left, *right),
            _ => return 0.0,
        };
        let inside = left + (right - left) * (position - i as f64);
        inside + WALL_V * ((-x).max(0.0) - (x - 1.0).max(0.0))
    }

    /// The lithium fraction at which the potential is `volts`, limited to 0..1.
    pub fn fraction_at(&self, volts: f64) -> f64 {
        // First grid point whose potential lies below `volts`.
        let i = self.volts.partition_point(|&v| v >= volts);
        let (Some(left), Some(right)) = (
            i.checked_sub(1).and_then(|i| self.volts.get(i)),
            self.volts.get(i),
        ) else {
            return if i == 0 { 0.0 } else { 1.0 };
        };
        ((i - 1) as f64 + (left - volts) / (left - right)) / N_INTERVALS as f64
    }
}

#[cfg(test)]
mod tests {
    use super::super::half_cell::*;
    use super::*;

    #[test]
    fn every_material_falls_and_inverts() {
        for half_cell in MATERIALS {
            let potential = Potential::of(&half_cell);
            assert!(
                potential.volts.windows(2).all(|pair| pair[0] > pair[1]),
                "{}",
                half_cell.name
            );
            for x in [0.3, 0.503, 0.7, 0.9] {
                let back = potential.fraction_at(potential.at(x));
                assert!((back - x).abs() < 1e-9, "{} {x} {back}", half_cell.name);
            }
        }
    }

    #[test]
    fn a_blend_lies_between_its_parts() {
        let blend = Potential::of_blend(&NMC_MOHTAT, &LCO_AI, 0.6);
        let (nmc, lco) = (Potential::of(&NMC_MOHTAT), Potential::of(&LCO_AI));
        for x in [0.55, 0.7, 0.85] {
            let v = blend.at(x);
            assert!(nmc.at(x).min(lco.at(x)) < v && v < nmc.at(x).max(lco.at(x)));
        }
        // At one voltage the fractions add up.
        let x = 0.6 * nmc.fraction_at(3.95) + 0.4 * lco.fraction_at(3.95);
        assert!((blend.at(x) - 3.95).abs() < 1e-3);
    }
}
