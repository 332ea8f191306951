//! Published open-circuit potentials of electrode materials against lithium.
//!
//! Only the numbers are taken from the literature. Each entry is a sum of a few terms in the
//! lithium fraction x, or the reactions of a multi-species, multi-reaction (MSMR) model.

use super::thermal::GAS_CONSTANT;

/// Faraday constant, C/mol.
pub(super) const FARADAY: f64 = 96_485.332;

/// One summand of U(x), V.
#[derive(Debug, Clone, Copy)]
enum Term {
    /// a·x^n
    Power(f64, i32),
    /// a·tanh(k·(x − c)): amplitude, steepness, centre.
    Tanh(f64, f64, f64),
    /// a·exp(k·(x − c)): amplitude, rate, centre.
    Exp(f64, f64, f64),
    /// a·exp(k·x^n): amplitude, rate, exponent.
    ExpPower(f64, f64, f64),
    /// a·exp(k·(1 − x)^n): amplitude, rate, exponent.
    ExpMirrored(f64, f64, f64),
    /// a·((c − x)^−n − d): amplitude, c, n, d.
    InversePower(f64, f64, f64, f64),
}

impl Term {
    fn at(self, x: f64) -> f64 {
        match self {
            Self::Power(a, n) => (0..n).fold(a, |product, _| product * x),
            Self::Tanh(a, k, c) => a * libm::tanh(k * (x - c)),
            Self::Exp(a, k, c) => a * libm::exp(k * (x - c)),
            Self::ExpPower(a, k, n) => a * libm::exp(k * libm::pow(x, n)),
            Self::ExpMirrored(a, k, n) => a * libm::exp(k * libm::pow(1.0 - x, n)),
            Self::InversePower(a, c, n, d) => a * (libm::pow(c - x, -n) - d),
        }
    }
}

/// One reaction of an MSMR electrode: x_j(U) = X_j / (1 + exp(F(U − U0_j)/(R T ω_j))).
#[derive(Debug, Clone, Copy)]
struct Reaction {
    standard_v: f64,
    share: f64,
    broadness: f64,
}

const fn reaction(standard_v: f64, share: f64, broadness: f64) -> Reaction {
    Reaction {
        standard_v,
        share,
        broadness,
    }
}

#[derive(Debug, Clone, Copy)]
enum Expression {
    Sum(&'static [Term]),
    Reactions(&'static [Reaction]),
}

/// The open-circuit potential of one material at 25 °C.
#[derive(Debug, Clone, Copy)]
pub struct HalfCell {
    /// Short name, such as `NMC811 Chen2020`.
    pub name: &'static str,
    /// Where the numbers were published.
    pub source: &'static str,
    /// Lithium fractions between which the expression is meant to hold.
    pub domain: (f64, f64),
    expression: Expression,
}

impl HalfCell {
    /// Potential in V against Li/Li+ at lithium fraction `x` inside the domain.
    pub fn potential_v(&self, x: f64) -> f64 {
        match self.expression {
            Expression::Sum(terms) => terms.iter().map(|term| term.at(x)).sum(),
            Expression::Reactions(reactions) => invert_reactions(reactions, x),
        }
    }
}

/// Solves Σ x_j(U) = x by bisection: the sum falls monotonically with U.
fn invert_reactions(reactions: &[Reaction], x: f64) -> f64 {
    let per_volt = FARADAY / (GAS_CONSTANT * 298.15);
    let (mut low, mut high) = (-1.0, 6.0);
    for _ in 0..50 {
        let middle = 0.5 * (low + high);
        let lithium: f64 = reactions
            .iter()
            .map(|r| {
                let exponent = per_volt * (middle - r.standard_v) / r.broadness;
                r.share / (1.0 + libm::exp(exponent.clamp(-600.0, 600.0)))
            })
            .sum();
        if lithium > x {
            low = middle;
        } else {
            high = middle;
        }
    }
    0.5 * (low + high)
}

/// LiCoO2 after Doyle and Garcia, as distributed with Dualfoil.
pub const LCO_DUALFOIL: HalfCell = HalfCell {
    name: "LCO Dualfoil1998",
    source: "Newman group, Dualfoil (1998); stretch 1.062 as in Marquis et al., J. Electrochem. Soc. 166, A3693 (2019)",
    domain: (0.42, 0.965),
    // The published expression is in y = 1.062 x; steepness and centres are restated in x.
    expression: Expression::Sum(&[
        Term::Power(2.16216, 0),
        Term::Tanh(-0.07645, 54.4806 * 1.062, 30.834 / (54.4806 * 1.062)),
        Term::Tanh(-2.1581, 50.294 * 1.062, 52.294 / (50.294 * 1.062)),
        Term::Tanh(0.14169, 19.8543 * 1.062, 11.0923 / (19.8543 * 1.062)),
        Term::Tanh(-0.2051, 5.4888 * 1.062, 1.4684 / (5.4888 * 1.062)),
        Term::Tanh(-0.2531, 1.062 / 0.1316, 0.56478 / 1.062),
        Term::Tanh(-0.02167, 1.062 / 0.006, 0.525 / 1.062),
    ]),
};

/// LiCoO2 of a pouch cell.
pub const LCO_AI: HalfCell = HalfCell {
    name: "LCO Ai2020",
    source: "Ai et al., J. Electrochem. Soc. 167, 013512 (2020)",
    domain: (0.435, 0.965),
    expression: Expression::Sum(&[
        Term::Power(-107_897.40, 9),
        Term::Power(677_406.28, 8),
        Term::Power(-1_873_803.91, 7),
        Term::Power(2_996_535.44, 6),
        Term::Power(-3_052_331.36, 5),
        Term::Power(2_053_377.31, 4),
        Term::Power(-912_135.88, 3),
        Term::Power(257_964.35, 2),
        Term::Power(-42_146.98, 1),
        Term::Power(3_035.67, 0),
    ]),
};

/// LiNi0.5Mn0.3Co0.2O2 (used here for the NMC pouch cells of the same laboratory).
pub const NMC_MOHTAT: HalfCell = HalfCell {
    name: "NMC Mohtat2020",
    source: "Mohtat et al., J. Electrochem. Soc. 167, 110561 (2020)",
    domain: (0.03, 0.995),
    expression: Expression::Sum(&[
        Term::Power(4.3452, 0),
        Term::Power(-1.6518, 1),
        Term::Power(1.6225, 2),
        Term::Power(-2.0843, 3),
        Term::Power(3.5146, 4),
        Term::Power(-2.2166, 5),
        Term::Exp(-0.5623e-4, 109.451, 100.006 / 109.451),
    ]),
};

/// LiNi0.6Mn0.2Co0.2O2, four MSMR reactions.
pub const NMC622_VERBRUGGE: HalfCell = HalfCell {
    name: "NMC622 Verbrugge2017",
    source: "Verbrugge et al., J. Electrochem. Soc. 164, E3243 (2017), Table 1",
    domain: (0.06, 0.995),
    expression: Expression::Reactions(&[
        reaction(3.62274, 0.13442, 0.96710),
        reaction(3.72645, 0.32460, 1.39712),
        reaction(3.90575, 0.21118, 3.50500),
        reaction(4.22955, 0.32980, 5.52757),
    ]),
};

/// LiNi0.8Mn0.1Co0.1O2 of the LG M50.
pub const NMC811_CHEN: HalfCell = HalfCell {
    name: "NMC811 Chen2020",
    source: "Chen et al., J. Electrochem. Soc. 167, 080534 (2020), eq. 8",
    domain: (0.20, 0.995),
    expression: Expression::Sum(&[
        Term::Power(-0.8090, 1),
        Term::Power(4.4875, 0),
        Term::Tanh(-0.0428, 18.5138, 0.5542),
        Term::Tanh(-17.7326, 15.7890, 0.3117),
        Term::Tanh(17.5842, 15.9308, 0.3120),
    ]),
};

/// LiNi0.8Co0.15Al0.05O2.
pub const NCA_KIM: HalfCell = HalfCell {
    name: "NCA Kim2011",
    source: "Kim et al., J. Electrochem. Soc. 158, A955 (2011), Table I",
    domain: (0.26, 0.995),
    expression: Expression::Sum(&[
        Term::Power(1.638, 10),
        Term::Power(-2.222, 9),
        Term::Power(15.056, 8),
        Term::Power(-23.488, 7),
        Term::Power(81.246, 6),
        Term::Power(-344.566, 5),
        Term::Power(621.3475, 4),
        Term::Power(-554.774, 3),
        Term::Power(264.427, 2),
        Term::Power(-66.3691, 1),
        Term::Power(11.8058, 0),
        Term::ExpPower(-0.61386, 5.8201, 136.4),
    ]),
};

/// LiNi0.4Co0.6O2 of a Kokam pouch cell.
pub const NCO_ECKER: HalfCell = HalfCell {
    name: "NCO Ecker2015",
    source: "Ecker et al., J. Electrochem. Soc. 162, A1836 (2015); fit of Richardson et al., Electrochim. Acta 339, 135862 (2020)",
    domain: (0.17, 0.98),
    expression: Expression::Sum(&[
        Term::Power(-2.35211, 1),
        Term::Tanh(-0.0747061, 31.886, 0.0219921),
        Term::Tanh(6.34984, 2.66395, 0.174352),
        Term::Tanh(-0.640243, 5.48623, 0.439245),
        Term::Tanh(-3.82383, 4.12167, 0.176187),
        Term::Tanh(-0.0542123, 18.2919, 0.762272),
        Term::Power(4.23285, 0),
    ]),
};

/// LiFePO4.
pub const LFP_AFSHAR: HalfCell = HalfCell {
    name: "LFP Afshar2017",
    source: "Afshar et al., arXiv:1709.03970 (2017)",
    domain: (0.004, 0.996),
    expression: Expression::Sum(&[
        Term::Power(3.4077, 0),
        Term::Power(-0.020269, 1),
        Term::Exp(0.5, -150.0, 0.0),
        Term::Exp(-0.9, 30.0, 1.0),
    ]),
};

/// LiFePO4 of a commercial cell.
pub const LFP_SAFARI: HalfCell = HalfCell {
    name: "LFP Safari2011",
    source: "Safari and Delacourt, J. Electrochem. Soc. 158, A562 (2011)",
    domain: (0.01, 0.99),
    expression: Expression::Sum(&[
        Term::Power(3.4323, 0),
        Term::ExpMirrored(-0.8428, -80.2493, 1.3198),
        Term::ExpMirrored(-3.2474e-6, 20.2645, 3.8003),
        Term::ExpMirrored(3.2482e-6, 20.2646, 3.7995),
    ]),
};

/// LiMn2O4 spinel.
pub const LMO_DOYLE: HalfCell = HalfCell {
    name: "LMO Doyle1996",
    source: "Doyle et al., J. Electrochem. Soc. 143, 1890 (1996)",
    domain: (0.17, 0.997),
    expression: Expression::Sum(&[
        Term::Power(4.19829, 0),
        Term::Tanh(-0.0565661, 14.5546, 8.60942 / 14.5546),
        Term::InversePower(-0.0275479, 0.998432, 0.492465, 1.90111),
        Term::ExpPower(-0.157123, -0.04738, 8.0),
        Term::Exp(0.810239, -40.0, 0.133875),
    ]),
};

/// Graphite of the pouch cells of Mohtat et al.
pub const GRAPHITE_MOHTAT: HalfCell = HalfCell {
    name: "graphite Mohtat2020",
    source: "Mohtat et al., J. Electrochem. Soc. 167, 110561 (2020)",
    domain: (0.0, 1.0),
    expression: Expression::Sum(&[
        Term::Power(0.063, 0),
        Term::Exp(0.8, -75.0, -0.001),
        Term::Tanh(-0.0120, 1.0 / 0.016, 0.127),
        Term::Tanh(-0.0118, 1.0 / 0.016, 0.155),
        Term::Tanh(-0.0035, 1.0 / 0.020, 0.220),
        Term::Tanh(-0.0095, 1.0 / 0.013, 0.190),
        Term::Tanh(-0.0145, 1.0 / 0.020, 0.490),
        Term::Tanh(-0.0800, 1.0 / 0.055, 1.030),
    ]),
};

/// Graphite with some silicon oxide, of the LG M50.
pub const GRAPHITE_SILICON_CHEN: HalfCell = HalfCell {
    name: "graphite-SiOx Chen2020",
    source: "Chen et al., J. Electrochem. Soc. 167, 080534 (2020), eq. 9",
    domain: (0.005, 0.99),
    expression: Expression::Sum(&[
        Term::Exp(1.9793, -39.3631, 0.0),
        Term::Power(0.2482, 0),
        Term::Tanh(-0.0909, 29.8538, 0.1234),
        Term::Tanh(-0.04478, 14.9159, 0.2769),
        Term::Tanh(-0.0205, 30.4444, 0.6103),
    ]),
};

/// Graphite of a Kokam pouch cell.
pub const GRAPHITE_ECKER: HalfCell = HalfCell {
    name: "graphite Ecker2015",
    source: "Ecker et al., J. Electrochem. Soc. 162, A1836 (2015); fit of Richardson et al., Electrochim. Acta 339, 135862 (2020)",
    domain: (0.0, 1.0),
    expression: Expression::Sum(&[
        Term::Exp(0.716502, -369.028, 0.0),
        Term::Exp(0.12193, -35.6478, 0.0530947),
        Term::Tanh(-0.0189193, 21.1967, 0.196176),
        Term::Tanh(-0.0169644, 27.1365, 0.312832),
        Term::Tanh(-0.0199313, 28.5697, 0.614221),
        Term::Exp(-0.931153, 36.328, 1.10743),
        Term::Power(0.140031, 0),
    ]),
};

/// Graphite, six MSMR reactions.
pub const GRAPHITE_VERBRUGGE: HalfCell = HalfCell {
    name: "graphite Verbrugge2017",
    source: "Verbrugge et al., J. Electrochem. Soc. 164, E3243 (2017), Table 1",
    domain: (0.004, 0.995),
    expression: Expression::Reactions(&[
        reaction(0.08843, 0.43336, 0.08611),
        reaction(0.12799, 0.23963, 0.08009),
        reaction(0.14331, 0.15018, 0.72469),
        reaction(0.16984, 0.05462, 2.53277),
        reaction(0.21446, 0.06744, 0.09470),
        reaction(0.36325, 0.05476, 5.97354),
    ]),
};

/// Every material of the library, positive electrodes first, for the list of sources.
pub const MATERIALS: [HalfCell; 14] = [
    LCO_DUALFOIL,
    LCO_AI,
    NMC_MOHTAT,
    NMC622_VERBRUGGE,
    NMC811_CHEN,
    NCA_KIM,
    NCO_ECKER,
    LFP_AFSHAR,
    LFP_SAFARI,
    LMO_DOYLE,
    GRAPHITE_MOHTAT,
    GRAPHITE_SILICON_CHEN,
    GRAPHITE_ECKER,
    GRAPHITE_VERBRUGGE,
];

#[cfg(test)]
mod tests {
    use super::*;

    /// Values worked out with another program (numpy) from the published expressions.
    #[test]
    fn potentials_agree_with_published_expressions() {
        for (half_cell, x, expected_v) in [
            (LCO_DUALFOIL, 0.7, 3.939_1),
            (LCO_AI, 0.7, 3.932_5),
            (NMC_MOHTAT, 0.5, 3.814_8),
            (NMC622_VERBRUGGE, 0.5, 3.809_5),
            (NMC811_CHEN, 0.5, 3.972_0),
            (NCA_KIM, 0.5, 3.976_0),
            (NCO_ECKER, 0.5, 3.947_8),
            (LFP_AFSHAR, 0.5, 3.397_6),
            (LFP_SAFARI, 0.5, 3.432_3),
            (LMO_DOYLE, 0.5, 4.103_9),
            (GRAPHITE_MOHTAT, 0.6, 0.091_7),
            (GRAPHITE_SILICON_CHEN, 0.6, 0.118_7),
            (GRAPHITE_ECKER, 0.6, 0.111_8),
            (GRAPHITE_VERBRUGGE, 0.6, 0.092_4),
        ] {
            let found = half_cell.potential_v(x);
            assert!(
                (found - expected_v).abs() < 1e-3,
                "{}: {found} is not {expected_v}",
                half_cell.name
            );
        }
    }
}
