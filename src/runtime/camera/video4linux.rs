//! The cameras of Linux (V4L2). These lines speak with the driver; everything else is tried without one.

use std::io::{self, ErrorKind};
use std::path::Path;

use linuxvideo::format::{PixFormat, PixelFormat};
use linuxvideo::stream::ReadStream;
use linuxvideo::{BufType, BufTypes, Device};
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::{Driver, Stream};
use crate::app::CameraTrouble;
use crate::scan::frame::{Arrangement, FourLetters, Frame};

/// What is asked for; the driver gives what is nearest. A code as large as a thumb has three pixels a module at arm's length.
const SIDES: (u32, u32) = (1280, 720);

/// Seconds without a frame after which a camera is silent.
const SILENCE_MAX: i64 = 5;

pub(super) struct Cameras;

pub(super) struct Opened {
    stream: ReadStream,
    arrangement: Arrangement,
    width: u32,
    height: u32,
    row_bytes: u32,
}

impl Driver for Cameras {
    type Stream = Opened;

    fn open(&self, device: &Path) -> Result<Opened, CameraTrouble> {
        let device = Device::open(device).map_err(|error| reason(&error))?;
        if !device.supported_buf_types().contains(BufTypes::VIDEO_CAPTURE) {
            return Err(CameraTrouble::NotACamera);
        }
        let offered: Vec<FourLetters> = device
            .formats(BufType::VIDEO_CAPTURE)
            .filter_map(Result::ok)
            .map(|offered| FourLetters(offered.pixel_format().as_fourcc()))
            .collect();
        let Some(best) = Arrangement::best_of(&offered) else {
            return Err(not_known(&offered));
        };
        let asked = PixFormat::new(SIDES.0, SIDES.1, PixelFormat::from_fourcc(best.0));
        let camera = device.video_capture(asked).map_err(|error| reason(&error))?;
        // The driver may choose another one than it was asked for.
        let given = FourLetters(camera.format().pixel_format().as_fourcc());
        let arrangement = Arrangement::of(given).ok_or_else(|| not_known(&[given]))?;
        let (width, height) = (camera.format().width(), camera.format().height());
        let row_bytes = camera.format().bytes_per_line();
        Ok(Opened {
            stream: camera.into_stream().map_err(|error| reason(&error))?,
            arrangement,
            width,
            height,
            row_bytes,
        })
    }
}

impl Stream for Opened {
    fn newest(&mut self) -> Result<Frame, CameraTrouble> {
        let mut bytes = self.next()?;
        // Those that were filled while the last frame was read are the past.
        while !self.stream.will_block().map_err(|error| reason(&error))? {
            bytes = self.next()?;
        }
        Ok(Frame {
            arrangement: self.arrangement,
            width: self.width,
            height: self.height,
            row_bytes: self.row_bytes,
            bytes,
        })
    }
}

impl Opened {
    fn next(&mut self) -> Result<Vec<u8>, CameraTrouble> {
        let patience = Timespec {
            tv_sec: SILENCE_MAX,
            tv_nsec: 0,
        };
        let mut wait = [PollFd::new(&self.stream, PollFlags::IN)];
        match poll(&mut wait, Some(&patience)) {
            Ok(0) => return Err(CameraTrouble::Silent),
            // Asking an unplugged camera for a frame might never end.
            Ok(_) if !wait[0].revents().contains(PollFlags::IN) => return Err(CameraTrouble::Gone),
            Ok(_) => {}
            Err(error) => return Err(reason(&error.into())),
        }
        let frame = self.stream.dequeue(|frame| {
            // One that the driver calls damaged is passed over.
            Ok(if frame.is_error() {
                Vec::new()
            } else {
                frame.to_vec()
            })
        });
        frame.map_err(|error| reason(&error))
    }
}

fn not_known(offered: &[FourLetters]) -> CameraTrouble {
    CameraTrouble::NoKnownFormat(offered.iter().map(ToString::to_string).collect())
}

fn reason(error: &io::Error) -> CameraTrouble {
    /// Unplugged.
    const NO_DEVICE: i32 = 19;
    const NO_SUCH_DEVICE: i32 = 6;
    /// The device answers none of what cameras are asked.
    const NOT_FOR_IT: i32 = 25;
    match (error.kind(), error.raw_os_error()) {
        (ErrorKind::NotFound, _) => CameraTrouble::Absent,
        (ErrorKind::PermissionDenied, _) => CameraTrouble::NotAllowed,
        (ErrorKind::ResourceBusy, _) => CameraTrouble::Busy,
        (_, Some(NO_DEVICE | NO_SUCH_DEVICE)) => CameraTrouble::Gone,
        (_, Some(NOT_FOR_IT)) => CameraTrouble::NotACamera,
        (_, number) => CameraTrouble::Other(number),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_camera_says_why() {
        let opened = |path: &str| Cameras.open(Path::new(path)).map(|_| ());
        assert_eq!(opened("/dev/no-such-camera"), Err(CameraTrouble::Absent));
        assert_eq!(opened("/dev/null"), Err(CameraTrouble::NotACamera));
        assert_eq!(opened("/dev/zero"), Err(CameraTrouble::NotACamera));
    }
}
