//! What this program holds in memory names patients and holds the key: no dump of it is to rest on a disk.

/// Asks the system for no core file, and lets no other program of this user read this one's memory. A system that
/// refuses is no reason not to serve.
pub(super) fn keep_to_itself() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, setrlimit};
        let none = Rlimit {
            current: Some(0),
            maximum: Some(0),
        };
        let _ = setrlimit(Resource::Core, none);
    }
    // A system that hands cores to a program of its own does not ask for the limit above.
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{DumpableBehavior, set_dumpable_behavior};
        let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    }
}
