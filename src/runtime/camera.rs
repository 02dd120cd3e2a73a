//! A camera opened by the counter itself: one frame at a time, a few each second. One that is away, taken or unplugged is
//! said once and looked for until it is there again.

#[cfg(all(feature = "camera", target_os = "linux"))]
#[path = "camera/video4linux.rs"]
mod driver;
#[cfg(not(all(feature = "camera", target_os = "linux")))]
#[path = "camera/none.rs"]
mod driver;

use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use super::frames::Source;
use crate::app::CameraTrouble;
use crate::scan::frame::Frame;

/// Whether this program was built to open cameras.
pub(super) const IS_BUILT: bool = cfg!(all(feature = "camera", target_os = "linux"));

/// From one frame to the next: a hand does not bring codes any faster, and a camera stays on all day.
const FRAME_EVERY: Duration = Duration::from_millis(250);

/// How often a camera that is not there is looked for: someone plugs it in and waits.
const LOOK_AGAIN: Duration = Duration::from_secs(2);

/// What opens cameras.
pub(super) trait Driver: Send + 'static {
    /// An opened one.
    type Stream: Stream;

    /// Opens the one that this device stands for.
    fn open(&self, device: &Path) -> Result<Self::Stream, CameraTrouble>;
}

/// A camera that gives frames.
pub(super) trait Stream: Send {
    /// Waits for the newest one, some seconds at most.
    fn newest(&mut self) -> Result<Frame, CameraTrouble>;
}

/// What a camera has to say besides its frames.
pub(super) enum Heard {
    /// It gives no frames, and why. Said once for each reason.
    Lost(PathBuf, CameraTrouble),
    /// It gives frames again.
    Found(PathBuf),
}

/// The camera of a device, as a source of frames. `tell` answers whether anyone wants to hear.
pub(super) fn source(device: PathBuf, tell: impl Fn(Heard) -> bool + Send + 'static) -> impl Source {
    Camera {
        device,
        driver: driver::Cameras,
        tell,
        wait: thread::sleep,
        stream: None,
        trouble: None,
        last: None,
    }
}

struct Camera<D: Driver, T, W> {
    device: PathBuf,
    driver: D,
    tell: T,
    wait: W,
    stream: Option<D::Stream>,
    /// What was told last, while it lasts.
    trouble: Option<CameraTrouble>,
    /// When the last frame was asked for.
    last: Option<Instant>,
}

impl<D, T, W> Source for Camera<D, T, W>
where
    D: Driver,
    T: Fn(Heard) -> bool + Send + 'static,
    W: Fn(Duration) + Send + 'static,
{
    fn newest(&mut self) -> Option<Vec<u8>> {
        loop {
            if let Some(last) = self.last.replace(Instant::now()) {
                (self.wait)(FRAME_EVERY.saturating_sub(last.elapsed()));
            }
            match self.frame() {
                Ok(frame) => {
                    let was_away = self.trouble.take().is_some();
                    if was_away && !(self.tell)(Heard::Found(self.device.clone())) {
                        return None;
                    }
                    // One that was cut on its way is followed by another.
                    if let Some(file) = frame.into_picture_file() {
                        return Some(file);
                    }
                }
                Err(trouble) => {
                    self.stream = None;
                    if !self.say(&trouble) || trouble == CameraTrouble::NotBuilt {
                        return None;
                    }
                    (self.wait)(LOOK_AGAIN);
                }
            }
        }
    }
}

impl<D: Driver, T: Fn(Heard) -> bool, W> Camera<D, T, W> {
    fn frame(&mut self) -> Result<Frame, CameraTrouble> {
        let stream = match &mut self.stream {
            Some(stream) => stream,
            closed => closed.insert(self.driver.open(&self.device)?),
        };
        stream.newest()
    }

    /// Whether anyone still wants to hear.
    fn say(&mut self, trouble: &CameraTrouble) -> bool {
        let told = self.trouble.as_ref();
        // One that was unplugged is absent from then on.
        let is_known = told == Some(trouble)
            || (told == Some(&CameraTrouble::Gone) && *trouble == CameraTrouble::Absent);
        if is_known {
            return true;
        }
        tracing::warn!(?trouble, "the camera gives no frames");
        self.trouble = Some(trouble.clone());
        (self.tell)(Heard::Lost(self.device.clone(), trouble.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::frame::Arrangement;
    use std::collections::VecDeque;
    use std::sync::{Arc, Mutex};

    /// What happens, in order: each opening and each frame takes the next.
    type Script = Arc<Mutex<VecDeque<Result<u8, CameraTrouble>>>>;

    struct Scripted(Script);

    impl Driver for Scripted {
        type Stream = Scripted;

        fn open(&self, _: &Path) -> Result<Scripted, CameraTrouble> {
            match self.0.lock().unwrap().pop_front() {
                Some(Err(trouble)) => Err(trouble),
                _ => Ok(Scripted(Arc::clone(&self.0))),
            }
        }
    }

    impl Stream for Scripted {
        fn newest(&mut self) -> Result<Frame, CameraTrouble> {
            let shade = self
                .0
                .lock()
                .unwrap()
                .pop_front()
                .unwrap_or(Err(CameraTrouble::NotBuilt))?;
            Ok(Frame {
                arrangement: Arrangement::LightFirst,
                width: 1,
                height: 1,
                row_bytes: 1,
                // Nothing: cut on its way.
                bytes: if shade == 0 { vec![] } else { vec![shade] },
            })
        }
    }

    /// The shades of the frames, and what was told, in order; how long was waited.
    fn played(script: &[Result<u8, CameraTrouble>]) -> (Vec<String>, Vec<Duration>) {
        let told = Arc::new(Mutex::new(Vec::new()));
        let waited = Arc::new(Mutex::new(Vec::new()));
        let mut camera = Camera {
            device: PathBuf::from("/dev/video7"),
            driver: Scripted(Arc::new(Mutex::new(script.iter().cloned().collect()))),
            tell: {
                let told = Arc::clone(&told);
                move |heard| {
                    let heard = match heard {
                        Heard::Lost(_, trouble) => format!("{trouble:?}"),
                        Heard::Found(_) => "found".to_owned(),
                    };
                    told.lock().unwrap().push(heard);
                    true
                }
            },
            wait: {
                let waited = Arc::clone(&waited);
                move |time| waited.lock().unwrap().push(time)
            },
            stream: None,
            trouble: None,
            last: None,
        };
        while let Some(file) = camera.newest() {
            told.lock().unwrap().push(file[1080].to_string());
        }
        let told = told.lock().unwrap().clone();
        let waited = waited.lock().unwrap().clone();
        (told, waited)
    }

    const OPEN: Result<u8, CameraTrouble> = Ok(0);

    #[test]
    fn a_camera_that_is_away_is_said_once_and_looked_for() {
        let away = || Err(CameraTrouble::Absent);
        let (told, waited) = played(&[away(), away(), away(), OPEN, Ok(5), Ok(6)]);
        assert_eq!(told, ["Absent", "found", "5", "6", "NotBuilt"]);
        assert_eq!(waited.iter().filter(|time| **time == LOOK_AGAIN).count(), 3);
        assert!(waited.iter().all(|time| *time <= LOOK_AGAIN));
    }

    #[test]
    fn one_that_is_unplugged_or_taken_is_opened_again() {
        let (told, _) = played(&[
            OPEN,
            Ok(5),
            Err(CameraTrouble::Gone),
            Err(CameraTrouble::Absent),
            Err(CameraTrouble::Busy),
            OPEN,
            Ok(6),
        ]);
        // That it is absent is told already.
        assert_eq!(told, ["5", "Gone", "Busy", "found", "6", "NotBuilt"]);
    }

    #[test]
    fn one_that_opens_and_gives_nothing_is_not_found() {
        let silent = || Err(CameraTrouble::Silent);
        let (told, _) = played(&[OPEN, silent(), OPEN, silent(), OPEN, Ok(5)]);
        assert_eq!(told, ["Silent", "found", "5", "NotBuilt"]);
    }

    #[test]
    fn a_frame_that_is_cut_is_passed_over() {
        let (told, waited) = played(&[OPEN, Ok(0), Ok(0), Ok(5)]);
        assert_eq!(told, ["5", "NotBuilt"]);
        // No faster than the others: a camera that sends nothing else would take a whole processor.
        assert_eq!(waited.len(), 3);
    }

    #[cfg(not(all(feature = "camera", target_os = "linux")))]
    #[test]
    fn a_program_built_without_cameras_says_so_and_does_not_try_again() {
        let (tell, told) = std::sync::mpsc::channel();
        let mut camera = source(PathBuf::from("/dev/video0"), move |heard| {
            tell.send(heard).is_ok()
        });
        assert_eq!(camera.newest(), None);
        assert!(matches!(
            told.recv().unwrap(),
            Heard::Lost(_, CameraTrouble::NotBuilt)
        ));
    }
}
