//! The transitions, row by row.
