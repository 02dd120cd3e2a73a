//! Pictures, PDFs and keystrokes read into texts, and texts into what they are.

pub mod gs1;
pub mod repair;
pub mod wedge;
pub mod what;
