//! Waiting for a condition, never for a time; every wait has a limit and says what it last saw.

use std::time::{Duration, Instant};

/// Far beyond what anything here takes, for machines that are busy with other things.
const LIMIT: Duration = Duration::from_secs(120);

/// Asks until the question is answered; panics with what was last seen instead.
pub(crate) fn until<T>(wanted: &str, mut ask: impl FnMut() -> Result<T, String>) -> T {
    let start = Instant::now();
    loop {
        match ask() {
            Ok(answer) => return answer,
            Err(seen) if start.elapsed() > LIMIT => panic!("waited for {wanted}, last saw:\n{seen}"),
            Err(_) => std::thread::sleep(Duration::from_millis(15)),
        }
    }
}
