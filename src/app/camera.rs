//! Why a camera gives no frames.

/// Why a camera gives no frames. All but one may pass: it is looked for again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CameraTrouble {
    /// There is no such device: it is not plugged in, or has another name.
    Absent,
    /// This account may not open it.
    NotAllowed,
    /// Another program uses it.
    Busy,
    /// It was there and is not any more.
    Gone,
    /// It is open and sends nothing.
    Silent,
    /// The device is something else.
    NotACamera,
    /// It gives each frame in several planes of memory.
    SeveralPlanes,
    /// None of its pictures are understood; these are the names of what it offers.
    NoKnownFormat(Vec<String>),
    /// What the system says, by its number.
    Other(Option<i32>),
    /// This program was built without cameras.
    NotBuilt,
}
