//! What a decision is worth: routes, money, emissions.
