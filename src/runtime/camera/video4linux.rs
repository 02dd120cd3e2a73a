//! The cameras of Linux (V4L2). These lines speak with the driver; everything else is tried without one.

use std::io::{self, ErrorKind};
use std::path::Path;

use linuxvideo::format::{PixFormat, PixelFormat};
use linuxvideo::stream::ReadStream;
use linuxvideo::{BufType, BufTypes, Device};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::retry_on_intr;

use super::{Driver, Stream};
use crate::app::CameraTrouble;
use crate::scan::frame::{Arrangement, FourLetters, Frame};

/// What is asked for; the driver gives what is nearest. A code as large as a thumb has three pixels a module at arm's length.
const SIDES: (u32, u32) = (1280, 720);

/// Seconds without a frame after which a camera is silent.
const SILENCE_MAX: i64 = 5;

/// So many frames a driver keeps that nobody has taken: the crate asks for two buffers.
const KEPT: usize = 2;

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
        let kinds = device.supported_buf_types();
        if !kinds.contains(BufTypes::VIDEO_CAPTURE) {
            return Err(if kinds.contains(BufTypes::VIDEO_CAPTURE_MPLANE) {
                CameraTrouble::SeveralPlanes
            } else {
                CameraTrouble::NotACamera
            });
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
        Ok(Frame {
            arrangement: self.arrangement,
            width: self.width,
            height: self.height,
            row_bytes: self.row_bytes,
            bytes: after_the_kept(self)?,
        })
    }
}

/// Frames in the order in which they were filled.
trait Queue {
    /// Whether one is there already.
    fn keeps_one(&self) -> Result<bool, CameraTrouble>;

    /// Throws away one that is there.
    fn pass(&mut self) -> Result<(), CameraTrouble>;

    /// Waits for one.
    fn next(&mut self) -> Result<Vec<u8>, CameraTrouble>;
}

/// The first frame that was filled from now on. A driver whose buffers are full drops what comes: those it keeps are as
/// old as the last frame that was taken, and a sheet put down since is on none of them.
fn after_the_kept(queue: &mut impl Queue) -> Result<Vec<u8>, CameraTrouble> {
    // No more than were kept: a camera may be faster than this.
    for _ in 0..KEPT {
        if queue.keeps_one()? {
            queue.pass()?;
        }
    }
    queue.next()
}

impl Queue for Opened {
    fn keeps_one(&self) -> Result<bool, CameraTrouble> {
        let will_block = self.stream.will_block();
        will_block.map(|blocks| !blocks).map_err(|error| reason(&error))
    }

    fn pass(&mut self) -> Result<(), CameraTrouble> {
        self.stream.dequeue(|_| Ok(())).map_err(|error| reason(&error))
    }

    fn next(&mut self) -> Result<Vec<u8>, CameraTrouble> {
        let patience = Timespec {
            tv_sec: SILENCE_MAX,
            tv_nsec: 0,
        };
        let mut wait = [PollFd::new(&self.stream, PollFlags::IN)];
        // A signal, as when a window changes its size, says nothing of the camera.
        retry_on_intr(|| poll(&mut wait, Some(&patience))).map_err(|error| reason(&error.into()))?;
        woken_by(wait[0].revents())?;
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

/// Whether a frame is there to be asked for: asking one of a camera that has none might never end.
fn woken_by(events: PollFlags) -> Result<(), CameraTrouble> {
    if events.contains(PollFlags::HUP) {
        return Err(CameraTrouble::Gone);
    }
    // Nothing in all that time; or the driver gave up, and the camera is still there.
    if !events.contains(PollFlags::IN) {
        return Err(CameraTrouble::Silent);
    }
    Ok(())
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
    /// The driver gave up, as after errors on the cable; the camera may come to itself once it is opened again.
    const GAVE_UP: i32 = 5;
    match (error.kind(), error.raw_os_error()) {
        (ErrorKind::NotFound, _) => CameraTrouble::Absent,
        (ErrorKind::PermissionDenied, _) => CameraTrouble::NotAllowed,
        (ErrorKind::ResourceBusy, _) => CameraTrouble::Busy,
        (_, Some(NO_DEVICE | NO_SUCH_DEVICE)) => CameraTrouble::Gone,
        (_, Some(NOT_FOR_IT)) => CameraTrouble::NotACamera,
        (_, Some(GAVE_UP)) => CameraTrouble::Silent,
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

    /// A driver that keeps these, filled long ago, and fills others as they are asked for.
    struct Kept(Vec<u8>);

    const FRESH: u8 = 9;

    impl Queue for Kept {
        fn keeps_one(&self) -> Result<bool, CameraTrouble> {
            Ok(!self.0.is_empty())
        }

        fn pass(&mut self) -> Result<(), CameraTrouble> {
            self.next().map(|_| ())
        }

        fn next(&mut self) -> Result<Vec<u8>, CameraTrouble> {
            Ok(vec![if self.0.is_empty() {
                FRESH
            } else {
                self.0.remove(0)
            }])
        }
    }

    #[test]
    fn what_was_filled_while_the_last_frame_was_read_is_not_the_newest() {
        for kept in [&[][..], &[1], &[1, 2]] {
            assert_eq!(
                after_the_kept(&mut Kept(kept.to_vec())),
                Ok(vec![FRESH]),
                "{kept:?}"
            );
        }
    }

    #[test]
    fn a_camera_that_is_faster_than_the_counter_is_not_run_after() {
        let fast: Vec<u8> = (1..=8).collect();
        assert_eq!(after_the_kept(&mut Kept(fast)), Ok(vec![3]));
    }

    #[test]
    fn what_the_system_answers_is_said_for_what_it_is() {
        for (number, expected) in [
            (2, CameraTrouble::Absent),
            (5, CameraTrouble::Silent),
            (13, CameraTrouble::NotAllowed),
            (16, CameraTrouble::Busy),
            (19, CameraTrouble::Gone),
            (25, CameraTrouble::NotACamera),
            (28, CameraTrouble::Other(Some(28))),
        ] {
            assert_eq!(
                reason(&io::Error::from_raw_os_error(number)),
                expected,
                "{number}"
            );
        }
    }

    #[test]
    fn only_a_camera_that_is_gone_is_said_to_be_unplugged() {
        // What drivers answer: one that was unplugged, one that gave up, one that says nothing, one with a frame.
        for (events, expected) in [
            (
                PollFlags::ERR | PollFlags::HUP | PollFlags::PRI,
                Err(CameraTrouble::Gone),
            ),
            (PollFlags::ERR, Err(CameraTrouble::Silent)),
            (PollFlags::empty(), Err(CameraTrouble::Silent)),
            (PollFlags::IN | PollFlags::RDNORM, Ok(())),
        ] {
            assert_eq!(woken_by(events), expected, "{events:?}");
        }
    }
}
