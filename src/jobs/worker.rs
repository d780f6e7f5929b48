//! The background work of a process.
