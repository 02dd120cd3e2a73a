//! The system's keyring (Secret Service, Keychain, Credential Manager), when this program was built with it.

use zeroize::Zeroizing;

use super::StoreError;

/// What the entries belong to, as the keyring's own window lists them.
#[cfg(feature = "keyring")]
const SERVICE: &str = "comptoir";

#[cfg(feature = "keyring")]
mod with_keyring {
    use keyring::v1::{Entry, Error};

    use super::{SERVICE, StoreError, Zeroizing};

    pub(in crate::store) fn read(name: &str) -> Result<Option<Zeroizing<String>>, StoreError> {
        match Entry::new(SERVICE, name).and_then(|entry| entry.get_password()) {
            Ok(text) => Ok(Some(Zeroizing::new(text))),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(failed(&error)),
        }
    }

    pub(in crate::store) fn write(name: &str, text: &str) -> Result<(), StoreError> {
        Entry::new(SERVICE, name)
            .and_then(|entry| entry.set_password(text))
            .map_err(|error| failed(&error))
    }

    pub(in crate::store) fn remove(name: &str) -> Result<(), StoreError> {
        match Entry::new(SERVICE, name).and_then(|entry| entry.delete_credential()) {
            Ok(()) | Err(Error::NoEntry) => Ok(()),
            Err(error) => Err(failed(&error)),
        }
    }

    fn failed(error: &Error) -> StoreError {
        // Its words, never the error itself: some carry the secret's bytes.
        let why = match error {
            Error::NoStorageAccess(_) => "it is locked, or refuses access",
            Error::NoDefaultStore => "there is none in this session",
            Error::Ambiguous(_) => "it has several entries of the same name",
            _ => "it does not answer as it should",
        };
        StoreError::Keyring { why }
    }
}

#[cfg(feature = "keyring")]
pub(super) use with_keyring::{read, remove, write};

#[cfg(not(feature = "keyring"))]
const NONE: StoreError = StoreError::Keyring {
    why: "this program was built without it (cargo build --features keyring)",
};

#[cfg(not(feature = "keyring"))]
pub(super) fn read(_name: &str) -> Result<Option<Zeroizing<String>>, StoreError> {
    Err(NONE)
}

#[cfg(not(feature = "keyring"))]
pub(super) fn write(_name: &str, _text: &str) -> Result<(), StoreError> {
    Err(NONE)
}

#[cfg(not(feature = "keyring"))]
pub(super) fn remove(_name: &str) -> Result<(), StoreError> {
    Err(NONE)
}
