//! One cell under current: lumped particles, kinetics, resistance, self-heating.
//!
//! Each electrode is a single particle whose concentration profile is parabolic (Subramanian et
//! al., J. Electrochem. Soc. 152, A2002 (2005)): in steady state its surface differs from its
//! mean by R²/(15 D)·dx/dt, of which 6/7 builds up with the time constant R²/(30 D) and 1/7 at
//! once. Charge transfer is Butler-Volmer with symmetric coefficients, the electrolyte one more
//! first-order lag, the rest a resistance.

use super::balance::{Balance, Limits};
use super::half_cell::FARADAY;
use super::potential::Potential;
use super::thermal::{arrhenius, GAS_CONSTANT, ZERO_CELSIUS_K};

/// Activation energies, J/mol: typical values of the parameter sets cited in `half_cell`.
const ENERGY_OHMIC: f64 = 15_000.0;
const ENERGY_KINETICS: f64 = 35_000.0;
const ENERGY_DIFFUSION: f64 = 28_000.0;
/// Heat capacity per nominal capacity, J/(K Ah): about 15 g/Ah at 1 J/(g K).
const HEAT_CAPACITY: f64 = 15.0;
/// Time constant of cooling, s.
const COOLING_S: f64 = 900.0;
/// Charge, in hours at 1C, over which the hysteresis of a plateau changes sides.
const HYSTERESIS_H: f64 = 0.02;

/// What makes a cell lose voltage under current.
#[derive(Debug, Clone, Copy)]
pub struct Kinetics {
    /// Ohmic resistance at 25 °C.
    pub r_ohm: f64,
    /// Resistance of the electrolyte's concentration gradient at 25 °C, reached slowly.
    pub electrolyte_ohm: f64,
    /// Time constant of that gradient, s.
    pub electrolyte_s: f64,
    /// Exchange current of the half-filled negative electrode over its capacity, 1/h.
    pub exchange_ne_per_h: f64,
    /// The same of the positive electrode.
    pub exchange_pe_per_h: f64,
    /// R²/D of the negative particles at 25 °C, s.
    pub diffusion_ne_s: f64,
    /// R²/D of the positive particles at 25 °C, s.
    pub diffusion_pe_s: f64,
    /// Half the gap between charge and discharge that stays at rest (LFP), V.
    pub hysteresis_v: f64,
}

/// A cell that can be driven.
#[derive(Debug, Clone)]
pub struct Cell<'a> {
    /// Positive half cell.
    pub positive: &'a Potential,
    /// Negative half cell.
    pub negative: &'a Potential,
    /// Capacities and lithium.
    pub balance: Balance,
    /// Losses under current.
    pub kinetics: Kinetics,
    /// Voltage limits.
    pub limits: Limits,
    /// Nominal capacity, Ah.
    pub nominal_ah: f64,
    /// Temperature of the chamber, °C.
    pub ambient_c: f64,
}

/// What changes while a cell is driven.
#[derive(Debug, Clone, Copy)]
pub struct State {
    x_negative: f64,
    lag_negative: f64,
    lag_positive: f64,
    lag_electrolyte_v: f64,
    hysteresis: f64,
    /// Cell temperature, °C.
    pub celsius: f64,
    factors: Factors,
}

/// Arrhenius factors, refreshed when the temperature has moved.
#[derive(Debug, Clone, Copy)]
struct Factors {
    celsius: f64,
    ohmic: f64,
    kinetics: f64,
    diffusion: f64,
}

impl Factors {
    fn at(celsius: f64) -> Self {
        Self {
            celsius,
            ohmic: 1.0 / arrhenius(ENERGY_OHMIC, celsius),
            kinetics: arrhenius(ENERGY_KINETICS, celsius),
            diffusion: 1.0 / arrhenius(ENERGY_DIFFUSION, celsius),
        }
    }
}

/// Hours at the electrode's own 1C that its surface is ahead of its mean in steady state.
fn lead_h(diffusion_s: f64) -> f64 {
    diffusion_s / 15.0 / 3600.0
}

impl Cell<'_> {
    /// The cell at rest at `volts`.
    pub fn at_rest(&self, volts: f64) -> State {
        State {
            x_negative: self
                .balance
                .negative_fraction_at(self.positive, self.negative, volts),
            lag_negative: 0.0,
            lag_positive: 0.0,
            lag_electrolyte_v: 0.0,
            hysteresis: 0.0,
            celsius: self.ambient_c,
            factors: Factors::at(self.ambient_c),
        }
    }

    /// Terminal voltage in V at `current_a` (positive on charge).
    pub fn voltage(&self, state: &State, current_a: f64) -> f64 {
        let k = &self.kinetics;
        let f = &state.factors;
        let rate_ne = current_a / self.balance.negative_ah;
        let rate_pe = current_a / self.balance.positive_ah;
        let surface_ne = state.x_negative
            + state.lag_negative
            + rate_ne * lead_h(k.diffusion_ne_s * f.diffusion) / 7.0;
        let surface_pe = self.balance.positive_fraction(state.x_negative)
            - state.lag_positive
            - rate_pe * lead_h(k.diffusion_pe_s * f.diffusion) / 7.0;
        let thermal_v = GAS_CONSTANT * (state.celsius + ZERO_CELSIUS_K) / FARADAY;
        let transfer = |x: f64, rate: f64, exchange_per_h: f64| {
            let filling = (4.0 * x * (1.0 - x)).max(0.01).sqrt();
            2.0 * thermal_v * libm::asinh(rate / (2.0 * exchange_per_h * f.kinetics * filling))
        };
        self.positive.at(surface_pe) - self.negative.at(surface_ne)
            + transfer(surface_ne, rate_ne, k.exchange_ne_per_h)
            + transfer(surface_pe, rate_pe, k.exchange_pe_per_h)
            + current_a * k.r_ohm * f.ohmic
            + state.lag_electrolyte_v
            + state.hysteresis * k.hysteresis_v
    }

    /// Current in A that holds `volts`, by the secant method from a first guess.
    pub fn current_at(&self, state: &State, volts: f64, guess_a: f64) -> f64 {
        let mut before_a = guess_a;
        let mut before_v = self.voltage(state, before_a) - volts;
        let mut now_a = guess_a * 0.95;
        for _ in 0..5 {
            let now_v = self.voltage(state, now_a) - volts;
            let slope = (now_v - before_v) / (now_a - before_a);
            if !(slope.is_finite() && slope > 0.0) || now_v.abs() < 1e-6 {
                break;
            }
            (before_a, before_v) = (now_a, now_v);
            now_a -= now_v / slope;
        }
        now_a
    }

    /// Drives the cell for `dt_s` seconds. Lags use the implicit Euler step, stable at any `dt_s`.
    pub fn advance(&self, state: &mut State, current_a: f64, dt_s: f64) {
        let k = &self.kinetics;
        let f = state.factors;
        let heat_w = current_a
            * (self.voltage(state, current_a)
                - self
                    .balance
                    .open_circuit_v(self.positive, self.negative, state.x_negative));
        let towards = |lag: &mut f64, target: f64, time_s: f64| {
            *lag += (target - *lag) * dt_s / (time_s + dt_s);
        };
        let diffusion_ne_s = k.diffusion_ne_s * f.diffusion;
        let diffusion_pe_s = k.diffusion_pe_s * f.diffusion;
        towards(
            &mut state.lag_negative,
            current_a / self.balance.negative_ah * lead_h(diffusion_ne_s) * 6.0 / 7.0,
            diffusion_ne_s / 30.0,
        );
        towards(
            &mut state.lag_positive,
            current_a / self.balance.positive_ah * lead_h(diffusion_pe_s) * 6.0 / 7.0,
            diffusion_pe_s / 30.0,
        );
        towards(
            &mut state.lag_electrolyte_v,
            current_a * k.electrolyte_ohm * f.ohmic,
            k.electrolyte_s,
        );
        if current_a != 0.0 {
            let time_s = HYSTERESIS_H * 3600.0 * self.nominal_ah / current_a.abs();
            towards(&mut state.hysteresis, current_a.signum(), time_s);
        }
        state.x_negative += current_a * dt_s / 3600.0 / self.balance.negative_ah;
        let heat_capacity = HEAT_CAPACITY * self.nominal_ah;
        state.celsius += heat_w / heat_capacity * dt_s;
        let ambient_c = self.ambient_c;
        towards(&mut state.celsius, ambient_c, COOLING_S);
        if (state.celsius - f.celsius).abs() > 0.25 {
            state.factors = Factors::at(state.celsius);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::balance::AnodeWindow;
    use super::super::half_cell::{GRAPHITE_MOHTAT, NMC_MOHTAT};
    use super::*;

    #[test]
    fn current_moves_voltage_the_right_way_and_rest_brings_it_back() {
        let positive = Potential::of(&NMC_MOHTAT);
        let negative = Potential::of(&GRAPHITE_MOHTAT);
        let limits = Limits {
            low_v: 3.0,
            high_v: 4.2,
        };
        let window = AnodeWindow {
            empty: 0.02,
            full: 0.85,
        };
        let cell = Cell {
            positive: &positive,
            negative: &negative,
            balance: Balance::fresh(&positive, &negative, limits, window, 5.0),
            kinetics: Kinetics {
                r_ohm: 0.01,
                electrolyte_ohm: 0.005,
                electrolyte_s: 80.0,
                exchange_ne_per_h: 2.0,
                exchange_pe_per_h: 2.0,
                diffusion_ne_s: 1500.0,
                diffusion_pe_s: 1500.0,
                hysteresis_v: 0.0,
            },
            limits,
            nominal_ah: 5.0,
            ambient_c: 25.0,
        };
        let mut state = cell.at_rest(3.8);
        assert!((cell.voltage(&state, 0.0) - 3.8).abs() < 1e-6);
        assert!(cell.voltage(&state, 5.0) > 3.85);
        assert!(cell.voltage(&state, -5.0) < 3.75);
        let holding_a = cell.current_at(&state, 3.9, 4.0);
        assert!((cell.voltage(&state, holding_a) - 3.9).abs() < 1e-5);
        // Ten minutes of 1C out, ten minutes in, a long rest: back to the start, and cooled.
        for current_a in [-5.0, 5.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0] {
            for _ in 0..120 {
                cell.advance(&mut state, current_a, 5.0);
            }
            if current_a != 0.0 {
                assert!(state.celsius > 25.1);
            }
        }
        assert!((cell.voltage(&state, 0.0) - 3.8).abs() < 1e-4);
        assert!((state.celsius - 25.0).abs() < 0.05);
    }
}
