//! A whole round for demonstrations: a recycler's batteries and ten collaborators' labelled ones.

use super::classes::CLASSES;
use super::draw::Draw;
use super::fleet::{manifest, simulate_cell, Library, Options, SimulatedCell};

/// Somebody's batteries: files and the manifest that labels them.
#[derive(Debug, Clone, PartialEq)]
pub struct Lot {
    /// Who owns them.
    pub name: String,
    /// Batteries with their files.
    pub cells: Vec<SimulatedCell>,
    /// `manifest.csv`: labels for a collaborator, the truth for the recycler.
    pub manifest: Vec<u8>,
}

impl Lot {
    fn new(name: String, cells: Vec<SimulatedCell>) -> Self {
        let manifest = manifest(&cells.iter().collect::<Vec<_>>());
        Self {
            name,
            cells,
            manifest,
        }
    }

    /// Names of the classes in this lot, in catalogue order.
    pub fn class_names(&self) -> Vec<&'static str> {
        CLASSES
            .iter()
            .enumerate()
            .filter(|(i, _)| self.cells.iter().any(|cell| cell.class_index == *i))
            .map(|(_, class)| class.name)
            .collect()
    }
}

/// The batteries of a demonstration; all of them simulated.
#[derive(Debug, Clone, PartialEq)]
pub struct DemoRound {
    /// The recycler's unsorted batteries; the manifest is the truth, for the final check only.
    pub query: Lot,
    /// The collaborators, each with some of the classes.
    pub collaborators: Vec<Lot>,
}

/// Number of collaborators in a demonstration.
pub const N_COLLABORATORS: usize = 10;
/// The recycler's batteries per class.
const QUERY_PER_CLASS: usize = 4;
/// A collaborator's batteries per class it holds.
const OWN_PER_CLASS: u32 = 4;

/// The classes of each collaborator: two to four, every class held by at least two of them.
pub fn demo_coverage(seed: u64) -> Vec<Vec<usize>> {
    let mut draw = Draw::new(seed, u64::MAX - 1);
    // Two passes over all classes give everybody nearly two; random extras do the rest.
    let mut held: Vec<Vec<usize>> = vec![Vec::new(); N_COLLABORATORS];
    let mut seat = 0;
    for _ in 0..2 {
        let mut order: Vec<usize> = (0..CLASSES.len()).collect();
        draw.shuffle(&mut order);
        for class in order {
            // The next seat that does not hold the class yet.
            for _ in 0..N_COLLABORATORS {
                let here = seat % N_COLLABORATORS;
                seat += 1;
                if let Some(classes) = held.get_mut(here).filter(|c| !c.contains(&class)) {
                    classes.push(class);
                    break;
                }
            }
        }
    }
    for classes in &mut held {
        let wanted = 2 + draw.below(3) as usize;
        while classes.len() < wanted {
            let class = draw.below(CLASSES.len() as u32) as usize;
            if !classes.contains(&class) {
                classes.push(class);
            }
        }
        crate::order::sort(classes);
    }
    held
}

/// Simulates a demonstration round: 36 batteries to sort and ten collaborators with two to four
/// classes each. About 160 files of 30-60 kB.
pub fn demo_round(seed: u64) -> DemoRound {
    let library = Library::new();
    let options = Options::default();
    let mut stream = 0;
    let mut make = |class: usize| {
        stream += 1;
        simulate_cell(&library, class, seed, stream - 1, &options)
    };
    let mut query: Vec<usize> = (0..CLASSES.len())
        .flat_map(|class| [class; QUERY_PER_CLASS])
        .collect();
    Draw::new(seed, u64::MAX).shuffle(&mut query);
    let query = Lot::new(
        "Recycler (simulated)".into(),
        query.into_iter().map(&mut make).collect(),
    );
    let mut draw = Draw::new(seed, u64::MAX - 2);
    let collaborators = demo_coverage(seed)
        .into_iter()
        .zip(1..)
        .map(|(classes, number)| {
            let mut cells = Vec::new();
            for class in classes {
                for _ in 0..OWN_PER_CLASS + draw.below(3) {
                    cells.push(make(class));
                }
            }
            Lot::new(format!("Collaborator {number} (simulated)"), cells)
        })
        .collect();
    DemoRound {
        query,
        collaborators,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_class_is_held_twice_and_nobody_holds_all() {
        for seed in 0..20 {
            let held = demo_coverage(seed);
            assert_eq!(held.len(), N_COLLABORATORS);
            for class in 0..CLASSES.len() {
                assert!(held.iter().filter(|own| own.contains(&class)).count() >= 2);
            }
            assert!(held.iter().all(|own| (2..=4).contains(&own.len())));
        }
    }
}
