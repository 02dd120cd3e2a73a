//! One simulated world: two pharmacies, three terminals, a base, a network between them, and a clock.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use comptoir::app::{Key, Message, Screen};
use comptoir::base::{Base, Method, TransportError};
use comptoir::counter::Counter;
use comptoir::domain::outbox::PostState;
use comptoir::domain::people::Pharmacy;
use comptoir::store::Store;
use fastrand::Rng;
use tempfile::TempDir;

use super::base::{BaseSide, Held, Known};
use super::clock::Clock;
use super::network::{self, Line, Network, Parcel, cut, page, transaction};
use super::people;
use super::planted::{Planted, Seen, all_taken, identifiers, without_taking_back};
use super::schedule::{After, Event, Fate, Step, TERMINALS};
use super::stage::{Stage, memory_folder};
use super::terminal::{Terminal, Told};
use crate::sample::{self, raw_store, store_key};

/// How often the quiet at the end may wait for the next alarm.
const ALARMS_MAX: usize = 300;

/// An invariant that does not hold, in words.
pub(super) type Broken = String;

/// A pharmacy with its store.
pub(super) struct Place {
    pub(super) pharmacy: Pharmacy,
    /// A look into the store.
    pub(super) store: Store,
    file: Option<TempDir>,
    /// What the disk held before the last hand-over was recorded; only the planted defect goes back to it.
    before_last: Option<Files>,
    /// The length of the register and the disk when the step began; only for the planted defect.
    snapshot: Option<(u32, Files)>,
    /// What the people of this pharmacy were told is recorded.
    pub(super) told: Vec<Told>,
}

/// The store's files, byte for byte.
type Files = Vec<(PathBuf, Vec<u8>)>;

pub(super) struct World {
    planted: Option<Planted>,
    clock: Clock,
    chance: Arc<Mutex<Rng>>,
    network: Network,
    pub(super) base: BaseSide,
    catalogue: comptoir::catalogue::Catalogue,
    copies: Seen,
    pub(super) places: Vec<Place>,
    pub(super) terminals: Vec<Option<Terminal>>,
    pub(super) prescriptions: Vec<Known>,
    /// The deliveries at the base, by prescription, as last audited.
    pub(super) held: Vec<Vec<Held>>,
    /// What happened, in plain words.
    pub(super) story: Vec<String>,
    /// The prescriptions that may have changed at the base since they were last audited.
    pub(super) changed: BTreeSet<usize>,
    /// Whether the stores or the screens may have changed since the last check.
    pub(super) stirred: bool,
    pub(super) steps: usize,
}

impl World {
    pub(super) fn new(seed: u64, planted: Option<Planted>, stage: &Stage) -> Self {
        let clock = Clock::new();
        let on_disk = seed.is_multiple_of(16)
            || matches!(planted, Some(Planted::ToldBeforeCommit | Planted::DroppedOnError));
        let places: Vec<Place> = ["750000001", "750000019"]
            .map(|finess| Place::new(finess, on_disk))
            .into();
        let pharmacies: Vec<Pharmacy> = places.iter().map(|place| place.pharmacy.clone()).collect();
        let (base, prescriptions) = stage.base(&clock, &pharmacies);
        let mut world = Self {
            planted,
            chance: Arc::new(Mutex::new(Rng::with_seed(seed))),
            network: Network::under(planted),
            base,
            catalogue: stage.catalogue.clone(),
            copies: Seen::default(),
            places,
            terminals: Vec::new(),
            held: vec![Vec::new(); prescriptions.len()],
            prescriptions,
            story: Vec::new(),
            changed: BTreeSet::new(),
            stirred: false,
            steps: 0,
            clock,
        };
        world.terminals = (0..TERMINALS.len()).map(|_| None).collect();
        for terminal in 0..TERMINALS.len() {
            world.start(terminal);
        }
        // Most days begin with a base that answers; on some its abilities are not known when the first patient comes.
        world.settle(After::Everything);
        while !seed.is_multiple_of(4) && !world.network.is_empty() {
            world.carry(0, Fate::Arrives);
        }
        world.settle(After::Everything);
        world.story.clear();
        world
    }

    /// Everything that one step brings, then every invariant.
    pub(super) fn step(&mut self, step: Step) -> Result<(), Broken> {
        self.steps += 1;
        self.remember_disks();
        self.happen(step.event);
        self.settle(step.after);
        self.stirred |= step.after == After::Deaf;
        self.forget_disks();
        self.check()
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Person { terminal, luck } => self.act(terminal, luck),
            Event::Parcel { which, .. } if self.network.is_empty() => {
                self.act(usize::from(which) % TERMINALS.len(), which / 3);
            }
            Event::Parcel { which, fate } => self.carry(usize::from(which), fate),
            Event::Time { seconds } => {
                self.story.push(format!("{seconds} seconds pass"));
                self.clock.pass(seconds);
                self.time_passed();
            }
            Event::Crash { terminal } => {
                self.story
                    .push(format!("terminal {} crashes and starts again", terminal + 1));
                self.stop(terminal);
                self.start(terminal);
            }
            Event::PowerCut { pharmacy } => self.cut_power(pharmacy),
            Event::CancelLine { prescription, line } => {
                let done = self.base.cancel_line(&self.prescriptions[prescription], line);
                self.tell_people(prescription, "the prescriber withdraws a line of", done);
            }
            Event::Cancel { prescription } => {
                let done = self.base.cancel(&self.prescriptions[prescription]);
                self.tell_people(prescription, "the prescriber withdraws", done);
            }
            Event::Object { prescription } => self.choose(prescription, false),
            Event::Agree { prescription } => self.choose(prescription, true),
        }
    }

    /// A person does something; one who can only wait sees the next parcel come.
    fn act(&mut self, terminal: usize, luck: u16) {
        let Some(running) = &mut self.terminals[terminal] else {
            return;
        };
        let (messages, words) = people::next(&running.app, &self.prescriptions, luck);
        if messages.is_empty() {
            return self.carry(usize::from(luck), Fate::Arrives);
        }
        let screen = running.app.screen().name();
        self.story.push(format!(
            "terminal {} ({screen}): its person {words}",
            terminal + 1
        ));
        for message in messages {
            running.take(message);
        }
    }

    fn choose(&mut self, prescription: usize, agrees: bool) {
        let known = &mut self.prescriptions[prescription];
        let done = self.base.choose(known, agrees);
        if done {
            known.agreed = agrees;
        }
        let what = if agrees {
            "the patient agrees that prescribers see deliveries of"
        } else {
            "the patient objects to prescribers seeing deliveries of"
        };
        self.tell_people(prescription, what, done);
    }

    fn tell_people(&mut self, prescription: usize, words: &str, done: bool) {
        self.changed.insert(prescription);
        let words = format!("{words} prescription {}", prescription + 1);
        self.story
            .push(if done { words } else { format!("{words}, in vain") });
    }

    // ---- terminals

    fn start(&mut self, terminal: usize) {
        let place = &self.places[TERMINALS[terminal]];
        let line = Line {
            network: self.network.clone(),
            clock: self.clock.clone(),
            terminal,
        };
        let counter = Counter::new(
            Base::new(line, place.pharmacy.clone()).at_terminal(named(terminal)),
            place.open(),
            self.catalogue.clone(),
            place.pharmacy.clone(),
            sample::operator(),
        );
        self.terminals[terminal] = Some(Terminal::start(counter, &self.clock, &self.chance));
    }

    /// Drops the terminal with all it had in memory.
    fn stop(&mut self, terminal: usize) {
        self.stirred = true;
        if let Some(mut stopped) = self.terminals[terminal].take() {
            self.places[TERMINALS[terminal]].told.append(&mut stopped.told);
        }
    }

    fn cut_power(&mut self, pharmacy: usize) {
        self.story.push(format!(
            "the power of pharmacy {} is cut and comes back",
            pharmacy + 1
        ));
        let of_it = |terminal: &usize| TERMINALS[*terminal] == pharmacy;
        for terminal in (0..TERMINALS.len()).filter(of_it) {
            self.stop(terminal);
        }
        if self.planted == Some(Planted::ToldBeforeCommit) {
            self.places[pharmacy].lose_last();
        }
        for terminal in (0..TERMINALS.len()).filter(of_it) {
            self.start(terminal);
        }
    }

    fn settle(&mut self, after: After) {
        if after == After::Still {
            return;
        }
        for _ in 0..50 {
            let mut heard = false;
            for terminal in self.terminals.iter_mut().flatten() {
                terminal.work();
                heard |= after == After::Everything && terminal.hear();
            }
            if !heard {
                break;
            }
        }
        for (number, terminal) in self.terminals.iter_mut().enumerate() {
            let Some(terminal) = terminal else { continue };
            self.stirred |= std::mem::take(&mut terminal.has_news);
            for told in terminal.told.drain(..) {
                let lines = told.entry.hand_over.lines.len();
                let (id, number) = (told.entry.hand_over.id, number + 1);
                self.story.push(format!(
                    "  terminal {number} is told: hand-over {id} of {lines} line(s) is recorded"
                ));
                self.places[TERMINALS[number - 1]].told.push(told);
            }
        }
    }

    fn time_passed(&mut self) {
        self.network.lose_patience(self.clock.now());
        for terminal in self.terminals.iter_mut().flatten() {
            terminal.ring();
        }
    }

    // ---- network

    fn carry(&mut self, which: usize, fate: Fate) {
        let Some(mut parcel) = self.network.take(which) else {
            return;
        };
        self.story.push(format!("{} {fate}", network::words(&parcel)));
        if let Some(answer) = parcel.answer.take() {
            return self.bring_back(&parcel, answer, fate);
        }
        match fate {
            Fate::NotSent => self.network.end(&parcel, Err(TransportError::NotSent)),
            Fate::LostBefore => self.lost(&parcel),
            Fate::Gateway(status) => self.error_page(&parcel, status),
            Fate::Arrives => {
                let answer = self.serve(&parcel);
                self.network.end(&parcel, Ok(answer));
            }
            Fate::AnswerWaits => {
                parcel.answer = Some(self.serve(&parcel));
                if parcel.awaited {
                    self.network.put(parcel);
                }
            }
            Fate::Twice => {
                let answer = self.serve(&parcel);
                self.serve(&parcel);
                self.network.end(&parcel, Ok(answer));
            }
            Fate::AgainLater => {
                let answer = self.serve(&parcel);
                self.network.end(&parcel, Ok(answer));
                parcel.awaited = false;
                self.network.put(parcel);
            }
            Fate::LostAfter | Fate::DoneBut(_) | Fate::CutShort => {
                let answer = self.serve(&parcel);
                self.bring_back(&parcel, answer, fate);
            }
        }
    }

    /// An answer on its way back.
    fn bring_back(&mut self, parcel: &Parcel, answer: comptoir::base::Response, fate: Fate) {
        match fate {
            Fate::NotSent | Fate::LostBefore | Fate::LostAfter => self.lost(parcel),
            Fate::Gateway(status) | Fate::DoneBut(status) => self.error_page(parcel, status.max(500)),
            Fate::CutShort => self.network.end(parcel, Ok(cut(&answer))),
            Fate::Arrives | Fate::AnswerWaits | Fate::Twice | Fate::AgainLater => {
                self.network.end(parcel, Ok(answer));
            }
        }
    }

    fn lost(&self, parcel: &Parcel) {
        let outcome = match transaction(&parcel.request) {
            Some(bundle) if self.planted == Some(Planted::LostIsAccepted) => Ok(all_taken(&bundle)),
            _ => Err(TransportError::AnswerLost),
        };
        self.network.end(parcel, outcome);
    }

    fn error_page(&mut self, parcel: &Parcel, status: u16) {
        if let Some(bundle) =
            transaction(&parcel.request).filter(|_| self.planted == Some(Planted::DroppedOnError))
        {
            self.places[TERMINALS[parcel.terminal]].drop_entry(&identifiers(&bundle));
        }
        self.network.end(parcel, Ok(page(status)));
    }

    /// The base takes the request to its end.
    fn serve(&mut self, parcel: &Parcel) -> comptoir::base::Response {
        let mut request = parcel.request.clone();
        if self.planted == Some(Planted::NoDeduplication) {
            request = self.copies.unconditional(request);
        }
        if self.planted == Some(Planted::WrongStillCounted) {
            request = without_taking_back(request);
        }
        let token = &self.base.pharmacies[TERMINALS[parcel.terminal]];
        let answer = self.base.serve(token, &request);
        let writes = request.method == Method::Put || transaction(&request).is_some();
        if let Some(content) = request.content.filter(|_| writes && answer.status < 300) {
            let named = |known: &Known| content.text.contains(known.number.as_str());
            let places = self.prescriptions.iter().enumerate();
            self.changed
                .extend(places.filter(|(_, known)| named(known)).map(|(place, _)| place));
        }
        answer
    }

    // ---- quiet

    /// The network is healed, time passes, and everything that waits is tried again.
    pub(super) fn quiet(&mut self) -> Result<(), Broken> {
        self.story
            .push("the network is healed, and time passes".to_owned());
        for _ in 0..ALARMS_MAX {
            self.deliver_everything()?;
            let next = self
                .terminals
                .iter()
                .flatten()
                .filter_map(Terminal::next_alarm)
                .min();
            match next {
                Some(next) => self.clock.advance_to(next),
                None if self.waits() => {
                    return Err("something waits in the outbox, and nobody will ever try again".to_owned());
                }
                None => {
                    self.stirred = true;
                    return self.check();
                }
            }
            self.time_passed();
        }
        Err("something still waits in the outbox after a long quiet".to_owned())
    }

    /// Every person looks at the outbox.
    pub(super) fn look_at_outboxes(&mut self) -> Result<(), Broken> {
        for terminal in self.terminals.iter_mut().flatten() {
            while !matches!(terminal.app.screen(), Screen::Outbox(_)) {
                let before = terminal.app.screen().name();
                terminal.take(Message::KeyPressed(Key::Function(2)));
                if terminal.app.screen().name() == before {
                    // Not from here: first out of what is laid over.
                    terminal.take(Message::KeyPressed(Key::Escape));
                }
            }
            terminal.take(Message::KeyPressed(Key::Escape));
            terminal.take(Message::KeyPressed(Key::Function(2)));
        }
        self.quiet()
    }

    /// Every person, before the outbox, sends again what the base refused and may take now: the base has the last word.
    /// How many were.
    pub(super) fn send_again(&mut self) -> Result<usize, Broken> {
        let mut sent = 0;
        for terminal in 0..TERMINALS.len() {
            let open = |world: &Self| {
                world.terminals[terminal]
                    .as_ref()
                    .map(|it| it.app.desk().open().count())
            };
            // From the last one up: what is accepted leaves the list, and those above it stay where they are.
            for place in (0..open(self).unwrap_or(0)).rev() {
                let Some(running) = &mut self.terminals[terminal] else {
                    break;
                };
                let (messages, words) = people::sends_again(&running.app, place);
                if messages.is_empty() {
                    continue;
                }
                self.story
                    .push(format!("terminal {}: its person {words}", terminal + 1));
                for message in messages {
                    running.take(message);
                }
                self.quiet()?;
                sent += 1;
            }
        }
        Ok(sent)
    }

    fn deliver_everything(&mut self) -> Result<(), Broken> {
        self.settle(After::Everything);
        while !self.network.is_empty() {
            self.carry(0, Fate::Arrives);
            self.settle(After::Everything);
            self.check()?;
        }
        Ok(())
    }

    fn waits(&self) -> bool {
        let outboxes = self.places.iter().map(|place| place.store.outbox().unwrap());
        outboxes
            .flatten()
            .any(|entry| *entry.state() == PostState::Pending)
    }

    /// Every terminal starts again.
    pub(super) fn restart(&mut self) -> Result<(), Broken> {
        self.story.push("every terminal starts again".to_owned());
        for terminal in 0..TERMINALS.len() {
            self.stop(terminal);
            self.start(terminal);
        }
        self.quiet()
    }

    /// The token with which the simulation reads as the prescriber.
    pub(super) fn prescriber_token(&self) -> &str {
        match self.planted {
            Some(Planted::ConsentIgnored) => &self.base.auditor,
            _ => &self.base.prescriber,
        }
    }

    fn remember_disks(&mut self) {
        if self.planted == Some(Planted::ToldBeforeCommit) {
            for place in &mut self.places {
                place.snapshot = Some((place.store.register_length().unwrap(), place.files()));
            }
        }
    }

    fn forget_disks(&mut self) {
        for place in &mut self.places {
            if let Some((length, files)) = place.snapshot.take()
                && place.store.register_length().unwrap() > length
            {
                place.before_last = Some(files);
            }
        }
    }
}

/// Each terminal of a pharmacy has a name, so that a hold of a colleague's is told from one's own.
fn named(terminal: usize) -> comptoir::domain::hold::Terminal {
    comptoir::domain::hold::Terminal {
        id: format!("terminal-{}", terminal + 1),
        words: format!("poste {}", terminal + 1),
    }
}

impl Place {
    fn new(finess: &str, on_disk: bool) -> Self {
        let file = on_disk.then(memory_folder);
        let store = match &file {
            Some(folder) => Store::open(&folder.path().join("store.sqlite"), &store_key()).unwrap(),
            None => Store::in_memory().unwrap(),
        };
        Self {
            pharmacy: Pharmacy {
                finess: finess.parse().unwrap(),
                ..sample::pharmacy()
            },
            store,
            file,
            snapshot: None,
            before_last: None,
            told: Vec::new(),
        }
    }

    /// The store as another process of the pharmacy opens it.
    fn open(&self) -> Store {
        match self.path() {
            Some(path) => Store::open(&path, &store_key()).unwrap(),
            None => self.store.clone(),
        }
    }

    fn path(&self) -> Option<PathBuf> {
        Some(self.file.as_ref()?.path().join("store.sqlite"))
    }

    fn files(&self) -> Files {
        let folder = self.file.as_ref().unwrap().path();
        let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        paths
            .map(|path| (path.clone(), fs::read(path).unwrap()))
            .collect()
    }

    /// The disk goes back to what it held before the last hand-over.
    fn lose_last(&mut self) {
        let Some(files) = self.before_last.take() else {
            return;
        };
        self.store = Store::in_memory().unwrap();
        for (path, _) in self.files() {
            fs::remove_file(path).unwrap();
        }
        for (path, bytes) in files
            .iter()
            .filter(|(path, _)| !path.ends_with("store.sqlite-shm"))
        {
            fs::write(path, bytes).unwrap();
        }
        self.store = self.open();
    }

    /// Takes the hand-over of these deliveries out of the outbox, behind the store's back.
    fn drop_entry(&self, identifiers: &[String]) {
        let connection = raw_store(&self.path().unwrap());
        for identifier in identifiers {
            connection
                .execute(
                    "DELETE FROM outbox WHERE hand_over = (SELECT hand_over FROM dispensed_line WHERE id = ?)",
                    [identifier.trim_start_matches("urn:uuid:")],
                )
                .unwrap();
        }
    }
}
