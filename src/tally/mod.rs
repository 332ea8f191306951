//! From opened ballots to one decision per battery.
