//! The client of the base, played against a transport that follows a script, and over real sockets.
#![expect(clippy::panic, reason = "a test fails by panicking")]

mod consult;
mod consult_conditions;
mod correct;
mod hold;
mod http;
mod post;
mod robust;
mod script;
mod search;

use std::fs;
use std::path::PathBuf;

use comptoir::base::{Base, ConsultAnswer, Consulted};
use comptoir::domain::number::PrescriptionNumber;
use comptoir::domain::people::Pharmacy;
use jiff::Timestamp;
use serde_json::Value;

use script::Script;

/// A file of `tests/wire/`.
fn wire(name: &str) -> Value {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/wire")
        .join(name);
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// The number of the prescription in `consult-answer.json`.
fn number() -> PrescriptionNumber {
    "01K7M4QX2RT9WBHV6P".parse().unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// The pharmacy at this counter.
fn pharmacy() -> Pharmacy {
    Pharmacy {
        finess: "990000001".parse().unwrap(),
        name: "Pharmacie de la Formation".to_owned(),
        address: "1 rue de l’Exemple, 75000 Paris".to_owned(),
        phone: "0199000001".to_owned(),
    }
}

fn base(script: &Script) -> Base<Script> {
    Base::new(script.clone(), pharmacy())
}

fn found(answer: ConsultAnswer) -> Consulted {
    match answer {
        ConsultAnswer::Found(consulted) => consulted,
        ConsultAnswer::Refused(refusal) => panic!("refused: {:?}", refusal.code),
    }
}

/// The example answer with something changed in it.
fn consult_answer(change: impl FnOnce(&mut Value)) -> String {
    let mut answer = wire("consult-answer.json");
    change(&mut answer);
    answer.to_string()
}

/// The resource of the example answer at that search and that place.
fn resource(answer: &mut Value, search: usize, place: usize) -> &mut Value {
    &mut answer["entry"][search]["resource"]["entry"][place]["resource"]
}
