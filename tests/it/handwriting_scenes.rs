//! Every state of the line written by hand that is worth seeing.

use comptoir::app::App;
use comptoir::app::message::Message;
use comptoir::domain::outbox::PostState;
use comptoir::domain::product::Product;

use crate::samples::*;
use crate::scenes::{Scene, after, scene};

fn cream() -> Product {
    product(
        "340093600001",
        "64444444",
        "VENTOLINE 100 microgrammes/dose, suspension pour inhalation",
        "salbutamol",
    )
}

fn found(products: Vec<Product>) -> Message {
    Message::CatalogueSearched {
        text: "vento".into(),
        products,
    }
}

/// Its product is typed and found.
fn found_in(mut app: App, more: &str) -> App {
    press(&mut app, "mvento");
    after(app, vec![found(vec![cream()])], more)
}

const WHOLE: &str = "⏎⏎2 bouffées en cas de gêne respiratoire, au plus huit par jour⏎";

/// Recorded; the base accepted what it was told.
fn done(app: App, typed: &str) -> App {
    let mut app = app;
    let effects = press(&mut app, typed);
    let Message::Recorded { mut entry, numbers } = recorded(&effects) else {
        unreachable!("recorded() builds Recorded")
    };
    for (line, state) in &mut entry.states {
        let is_local = entry.hand_over.is_local(*line);
        *state = if is_local {
            PostState::Local
        } else {
            PostState::Accepted
        };
    }
    let posted = entry.clone();
    app.update(Message::Recorded { entry, numbers });
    app.update(Message::PostAnswered(posted));
    app
}

pub(crate) fn handwriting_scenes() -> Vec<Scene> {
    let start = || serving(prescription());
    let mut morphine = cream();
    morphine.conditions = Some(vec!["stupéfiants".into()]);
    let mut narcotic = start();
    press(&mut narcotic, "mvento");
    let narcotic = after(narcotic, vec![found(vec![morphine])], WHOLE);
    let unknown = || cip13("340099999999");
    let nothing_known = || Message::CatalogueSearched {
        text: unknown().to_string(),
        products: Vec::new(),
    };
    let scanned = || Message::Scanned {
        text: unknown().to_string(),
        scanned: comptoir::domain::scanned::Scanned::Box(comptoir::domain::scanned::ScannedBox {
            cip13: Some(unknown()),
            lot: "7K".parse().ok(),
            expiry: None,
            serial: None,
        }),
    };
    let mut named = serving(prescription());
    named.update(scanned());
    named.update(nothing_known());
    press(&mut named, "Boîte nouvelle 10 comprimés");
    vec![
        scene("naming", named),
        scene("handwriting", after(start(), vec![], "m")),
        scene("handwriting_found", found_in(start(), "")),
        scene("handwriting_dosage", found_in(start(), "⏎⏎")),
        scene("handwriting_secured", narcotic),
        scene(
            "handwriting_unknown_box",
            after(after(start(), vec![], "m"), vec![scanned(), nothing_known()], ""),
        ),
        scene("handwriting_line", found_in(start(), WHOLE)),
        scene("handwriting_review", found_in(start(), &format!("{WHOLE}⏎"))),
        scene(
            "handwriting_review_alone",
            found_in(start(), &format!("{WHOLE}v")),
        ),
        scene(
            "handwriting_done",
            done(found_in(start(), &format!("{WHOLE}⏎")), "⏎"),
        ),
        scene(
            "handwriting_done_alone",
            done(found_in(start(), &format!("{WHOLE}v")), "⏎"),
        ),
    ]
}
