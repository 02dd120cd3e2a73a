//! No cameras: this program was built without them.

use std::convert::Infallible;
use std::path::Path;

use super::{Driver, Stream};
use crate::app::CameraTrouble;
use crate::scan::frame::Frame;

pub(super) struct Cameras;

impl Driver for Cameras {
    type Stream = Infallible;

    fn open(&self, _: &Path) -> Result<Infallible, CameraTrouble> {
        Err(CameraTrouble::NotBuilt)
    }
}

impl Stream for Infallible {
    fn newest(&mut self) -> Result<Frame, CameraTrouble> {
        match *self {}
    }
}
