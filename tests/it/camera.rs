//! A camera: the test writes frames into the folder of the configuration, as a camera's program does.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::command::Counter;
use crate::support::terminal::Terminal;

/// A folder of frames, always under the same name.
struct Camera(PathBuf);

impl Camera {
    fn of(counter: &Counter) -> Self {
        Self(counter.home.path().join("camera"))
    }

    /// One frame, written beside and then moved, as careful programs do.
    fn shows(&self, picture: &str) {
        let frame = fs::read(
            Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("test-images")
                .join(picture),
        )
        .unwrap();
        fs::write(self.0.join("frame.tmp"), frame).unwrap();
        fs::rename(self.0.join("frame.tmp"), self.0.join("frame.jpg")).unwrap();
    }

    /// The same, written over the last one.
    fn shows_in_place(&self, picture: &str) {
        fs::copy(
            Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("test-images")
                .join(picture),
            self.0.join("frame.jpg"),
        )
        .unwrap();
    }
}

fn terminal(counter: &Counter, folder: &Path) -> Terminal {
    terminal_with(counter, "frames", folder)
}

fn terminal_with(counter: &Counter, setting: &str, path: &Path) -> Terminal {
    let file = counter.home.path().join("comptoir.toml");
    let path = path.display().to_string();
    fs::write(
        &file,
        format!("training = true\n[reader]\n{setting} = {path:?}\n"),
    )
    .unwrap();
    let terminal = Terminal::open_with(counter, 100, 30, &[("COMPTOIR_CONFIG", file.to_str().unwrap())]);
    terminal.shows("Scannez le QR code");
    terminal
}

#[test]
fn the_test_of_the_reader_shows_what_a_camera_sees_and_opens_nothing() {
    let counter = Counter::with_its_own_base();
    let camera = Camera::of(&counter);
    let mut terminal = terminal(&counter, &camera.0);
    terminal.shows("Images de la caméra");
    terminal.press("\u{1b}[20~");
    terminal.shows("un code tenu devant elle compte une seule fois");
    camera.shows("box.jpg");
    terminal.shows("lot");
    terminal.shows("N° de série");
    // A frame without a code, and one that is no picture, change nothing.
    camera.shows_in_place("no-code.png");
    camera.shows_in_place("text-named-png.png");
    camera.shows_in_place("tiny.png");
    terminal.shows("01K7M4QX2RT9WBHV");
    terminal.shows("Essai du lecteur");
}

#[test]
fn a_box_shown_to_a_camera_is_scanned() {
    let counter = Counter::with_its_own_base();
    let camera = Camera::of(&counter);
    let terminal = terminal(&counter, &camera.0);
    camera.shows("box.jpg");
    terminal.shows("C’est une boîte de médicament");
}

#[test]
fn a_folder_that_cannot_be_watched_is_said() {
    let counter = Counter::with_its_own_base();
    let terminal = terminal(&counter, Path::new("/proc/nowhere/camera"));
    terminal.shows("Les images de la caméra n’arrivent pas");
}

#[test]
fn a_camera_that_cannot_be_opened_is_said_and_the_counter_goes_on() {
    let counter = Counter::with_its_own_base();
    let mut terminal = terminal_with(&counter, "camera", Path::new("/dev/null"));
    if cfg!(all(feature = "camera", target_os = "linux")) {
        terminal.shows("Images de la caméra");
        terminal.shows("/dev/null n’est pas une caméra (réglage");
    } else {
        terminal.shows("ce programme a été construit sans caméra");
        assert!(!terminal.text().contains("Images de la caméra"));
    }
    terminal.press("\u{1b}[20~");
    terminal.shows("Essai du lecteur");
}
