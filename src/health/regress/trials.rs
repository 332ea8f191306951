//! Which kernels: residuals on rows left out, for every point of a grid.

use super::kernel::{KernelParams, KernelRidge, Member, Problem};
use super::linear::Cholesky;

/// Rows to take out together, and which of them to measure on: a battery, or a battery and a
/// whole state of charge.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Block {
    /// Rows taken out, ascending.
    pub out: Vec<usize>,
    /// Rows measured; a subset of `out`, ascending.
    pub test: Vec<usize>,
}

/// What was off on one row that was left out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Residual {
    /// Row index.
    pub row: usize,
    /// Target minus estimate.
    pub residual: f64,
}

/// A regression chosen.
#[derive(Debug, Clone, PartialEq)]
pub struct Chosen {
    /// Fitted on all rows.
    pub model: KernelRidge,
    /// Mean absolute error over the measured rows.
    pub score: f64,
    /// Residuals of the measured rows; a row can be measured in several blocks.
    pub residuals: Vec<Residual>,
}

/// Every point of a grid, judged.
pub struct Trials {
    problem: Problem,
    trials: Vec<Trial>,
}

/// One point of a grid.
struct Trial {
    member: Member,
    score: f64,
    residuals: Vec<Residual>,
}

impl Trials {
    /// Judges the points of a grid over blocks left out.
    ///
    /// A block's residuals come in closed form from one factorisation: with C = (K + αI)⁻¹ and
    /// a = C y, the residuals of block B left out are (C_BB)⁻¹ a_B. (Scaling and centring use all
    /// rows.) `None` without rows.
    pub fn of(
        rows: &[f64],
        n_columns: usize,
        targets: &[f64],
        blocks: &[Block],
        grid: &[KernelParams],
    ) -> Option<Self> {
        let problem = Problem::new(rows, n_columns, targets)?;
        let trials = grid
            .iter()
            .filter_map(|&params| Trial::of(&problem, params, blocks));
        Some(Self {
            trials: trials.collect(),
            problem,
        })
    }

    /// The mean of the `n_best` points with the least mean absolute error among the admitted
    /// ones, ties to the earlier. `None` if there is none.
    pub fn best(&self, n_best: usize, admit: impl Fn(&KernelParams) -> bool) -> Option<Chosen> {
        let mut ranked: Vec<&Trial> = self.trials.iter().collect();
        ranked.retain(|trial| admit(&trial.member.params));
        crate::order::sort_by(&mut ranked, |a, b| a.score.total_cmp(&b.score));
        let first = *ranked.first()?;
        // A block without a factor leaves a gap, and residuals of other rows cannot be averaged.
        ranked.retain(|trial| trial.residuals.len() == first.residuals.len());
        ranked.truncate(n_best.max(1));
        let mut residuals = first.residuals.clone();
        for (i, residual) in residuals.iter_mut().enumerate() {
            let of = |trial: &&Trial| trial.residuals.get(i).map_or(0.0, |r| r.residual);
            residual.residual = ranked.iter().map(of).sum::<f64>() / ranked.len() as f64;
        }
        let members = ranked.iter().map(|trial| trial.member.clone());
        Some(Chosen {
            model: self.problem.finish(members.collect()),
            score: mean_absolute(&residuals),
            residuals,
        })
    }
}

impl Trial {
    /// `None` if a matrix has no factor, or no row is measured.
    fn of(problem: &Problem, params: KernelParams, blocks: &[Block]) -> Option<Self> {
        let n = problem.centred.len();
        let factor = Cholesky::new(problem.matrix(params), n)?;
        let inverse = factor.inverse();
        let weights = factor.solve(&problem.centred);
        let mut residuals = Vec::new();
        for block in blocks {
            let m = block.out.len();
            let mut inside = Vec::with_capacity(m * m);
            for &i in &block.out {
                inside.extend(block.out.iter().map(|&j| inverse[i * n + j]));
            }
            let own: Vec<f64> = block.out.iter().map(|&i| weights[i]).collect();
            let Some(block_factor) = Cholesky::new(inside, m) else {
                continue;
            };
            let all = block_factor.solve(&own);
            let measured = block.out.iter().zip(all);
            residuals.extend(
                measured
                    .filter(|(row, _)| block.test.binary_search(row).is_ok())
                    .map(|(&row, residual)| Residual { row, residual }),
            );
        }
        (!residuals.is_empty()).then(|| Self {
            score: mean_absolute(&residuals),
            member: Member { params, weights },
            residuals,
        })
    }
}

/// The best point of a grid: [`Trials::best`] of one.
pub fn choose(
    rows: &[f64],
    n_columns: usize,
    targets: &[f64],
    blocks: &[Block],
    grid: &[KernelParams],
) -> Option<Chosen> {
    Trials::of(rows, n_columns, targets, blocks, grid)?.best(1, |_| true)
}

fn mean_absolute(residuals: &[Residual]) -> f64 {
    residuals.iter().map(|r| r.residual.abs()).sum::<f64>() / residuals.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::super::kernel::{squared_distance, tests::rows};
    use super::*;

    #[test]
    fn block_residuals_equal_refits_without_the_block() {
        let (rows, targets) = rows();
        let params = KernelParams::gaussian(0.1, 0.5);
        let out: Vec<usize> = vec![3, 4, 10, 17];
        let chosen = choose(
            &rows,
            2,
            &targets,
            &[Block {
                out: out.clone(),
                test: vec![4, 17],
            }],
            &[params],
        )
        .unwrap();
        assert_eq!(chosen.residuals.len(), 2);
        // Refit with the same scaling and mean: subset the scaled problem by hand.
        let full = KernelRidge::fit(&rows, 2, &targets, params).unwrap();
        let keep: Vec<usize> = (0..30).filter(|i| !out.contains(i)).collect();
        let scaled: Vec<f64> = keep
            .iter()
            .flat_map(|&i| full.rows[2 * i..2 * i + 2].to_vec())
            .collect();
        let m = keep.len();
        let mut matrix = vec![0.0; m * m];
        for i in 0..m {
            for j in 0..m {
                let d = squared_distance(&scaled[2 * i..2 * i + 2], &scaled[2 * j..2 * j + 2]);
                matrix[i * m + j] = libm::exp(-0.5 * d);
            }
            matrix[i * m + i] += params.alpha;
        }
        let y: Vec<f64> = keep.iter().map(|&i| targets[i] - full.mean).collect();
        let refit = KernelRidge {
            rows: scaled,
            members: vec![Member {
                params,
                weights: Cholesky::new(matrix, m).unwrap().solve(&y),
            }],
            ..full
        };
        for residual in &chosen.residuals {
            let i = residual.row;
            let estimate = refit.predict(&rows[2 * i..2 * i + 2])[0];
            assert!((targets[i] - estimate - residual.residual).abs() < 1e-10);
        }
    }

    #[test]
    fn a_mean_of_several_answers_with_their_mean() {
        let (rows, targets) = rows();
        let blocks: Vec<Block> = (0..10)
            .map(|i| Block {
                out: vec![i, i + 10, i + 20],
                test: vec![i, i + 20],
            })
            .collect();
        let grid = [0.001, 0.1, 3.0].map(|alpha| KernelParams::gaussian(alpha, 0.5));
        let trials = Trials::of(&rows, 2, &targets, &blocks, &grid).unwrap();
        let mean = trials.best(2, |_| true).unwrap();
        let params = mean.model.params();
        assert_eq!((params.len(), mean.model.regressor()), (2, "kernel mean"));
        let ask = [0.4, 2.2];
        let single = |&params: &KernelParams| {
            let model = KernelRidge::fit(&rows, 2, &targets, params).unwrap();
            model.predict(&ask)[0]
        };
        let expected = params.iter().map(single).sum::<f64>() / 2.0;
        assert!((mean.model.predict(&ask)[0] - expected).abs() < 1e-12);
        // The best comes first, and the mean's residuals are means.
        let scores: Vec<Chosen> = params
            .iter()
            .map(|&one| choose(&rows, 2, &targets, &blocks, &[one]).unwrap())
            .collect();
        assert!(scores[0].score <= scores[1].score);
        for (i, residual) in mean.residuals.iter().enumerate() {
            let halves = scores[0].residuals[i].residual + scores[1].residuals[i].residual;
            assert!((residual.residual - halves / 2.0).abs() < 1e-12);
        }
        assert!(trials.best(2, |_| false).is_none());
    }
}
