//! Sealed files: the whole flow, every changed byte, malformed files, boards, golden bytes, and
//! other JOSE implementations.

mod board;
mod flow;
mod golden;
mod interop;
mod malformed;
mod support;
mod tamper;
