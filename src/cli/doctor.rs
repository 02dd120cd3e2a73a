//! `comptoir doctor`: does everything this counter stands on hold?

mod machine;

use serde_json::{Value, json};

use super::failure::{self, Failure};
use super::output::{Format, show};
use crate::base::{Base, BaseError, Operation};
use crate::catalogue::{Origin, recalled_lots};
use crate::config::{self, Config, ConfigError, SessionKind};
use crate::domain::breakdown::Breakdown;
use crate::domain::closure::Closure;
use crate::domain::outbox::DelayReason;
use crate::session::{self, Line, now};
use crate::store::{Store, StoreError};
use crate::ui::wording::catalogue as catalogue_words;
use crate::ui::wording::doctor as words;
use crate::ui::wording::doctor::{Ailment, Subject};

/// One thing that was looked at.
struct Check {
    subject: Subject,
    verdict: Verdict,
    /// What programs read besides: stable keys.
    facts: Value,
    /// What people read besides, when it holds.
    remark: Option<String>,
}

enum Verdict {
    Sound,
    Ailing(Ailment),
    /// It stands on something else that does not hold.
    NotLookedAt,
}

impl Check {
    fn new(subject: Subject, ailment: Option<Ailment>, facts: Value) -> Self {
        let verdict = ailment.map_or(Verdict::Sound, Verdict::Ailing);
        Self {
            subject,
            verdict,
            facts,
            remark: None,
        }
    }

    fn broken(subject: Subject, breakdown: Breakdown) -> Self {
        Self::new(
            subject,
            Some(Ailment::Broken(breakdown)),
            json!({ "why": breakdown.code() }),
        )
    }

    fn not_looked_at(subject: Subject) -> Self {
        let verdict = Verdict::NotLookedAt;
        Self {
            subject,
            verdict,
            facts: json!({}),
            remark: None,
        }
    }

    fn is_sound(&self) -> bool {
        matches!(self.verdict, Verdict::Sound)
    }

    fn document(&self) -> Value {
        let mut document = self.facts.clone();
        document["ok"] = match self.verdict {
            Verdict::Sound => json!(true),
            Verdict::Ailing(_) => json!(false),
            Verdict::NotLookedAt => Value::Null,
        };
        if let Verdict::Ailing(ailment) = &self.verdict {
            document["says"] = json!(words::ailment(self.subject, ailment));
        }
        document
    }

    fn row(&self) -> String {
        match &self.verdict {
            Verdict::Sound => words::sound(self.subject, self.remark.as_deref()),
            Verdict::Ailing(ailment) => words::ailing(self.subject, ailment),
            Verdict::NotLookedAt => words::not_looked_at(self.subject),
        }
    }
}

/// Looks at everything, and lists it all even when the first thing does not hold.
pub(super) async fn doctor(config: Result<Config, ConfigError>, format: Format) -> Result<(), Failure> {
    let mut checks = Vec::new();
    match &config {
        Ok(config) => {
            checks.push(Check::new(Subject::Configuration, None, json!({})));
            checks.extend(store_checks(config));
            checks.push(machine::key(config));
            checks.push(machine::rights(config));
            checks.push(machine::space(config));
            checks.push(catalogue(config));
            checks.extend(base_checks(config).await);
        }
        Err(error) => {
            let why = failure::configuration(error);
            checks.push(Check::new(
                Subject::Configuration,
                Some(Ailment::Configuration(why)),
                json!({}),
            ));
            let others = Subject::ALL
                .into_iter()
                .filter(|subject| *subject != Subject::Configuration);
            checks.extend(others.map(Check::not_looked_at));
        }
    }
    told(&checks, format)
}

fn told(checks: &[Check], format: Format) -> Result<(), Failure> {
    let is_sound = checks.iter().all(Check::is_sound);
    let by_name: serde_json::Map<_, _> = checks
        .iter()
        .map(|check| (check.subject.code().to_owned(), check.document()))
        .collect();
    let document = json!({ "ok": is_sound, "checks": by_name });
    show(format, &document, || {
        checks.iter().map(Check::row).collect::<Vec<_>>().join("\n")
    });
    if is_sound {
        Ok(())
    } else {
        Err(Failure::refused(words::not_sound()))
    }
}

/// What is in the file of the counter; one row here is one check more.
fn store_checks(config: &Config) -> Vec<Check> {
    type Look = fn(&Store, &Config) -> Result<Check, StoreError>;
    const LOOKS: [(Subject, Look); 5] = [
        (Subject::Settings, settings),
        (Subject::Register, register),
        (Subject::Closure, closure),
        (Subject::Backup, backup),
        (Subject::Outbox, outbox),
    ];
    let store = match session::open_store(config) {
        Ok(store) => store,
        Err(error) => {
            tracing::error!(error = crate::chain(&error));
            let broken = Check::broken(Subject::Store, error.breakdown());
            return std::iter::once(broken)
                .chain(LOOKS.map(|(subject, _)| Check::not_looked_at(subject)))
                .collect();
        }
    };
    let mut checks = vec![Check::new(Subject::Store, None, json!({}))];
    checks.extend(LOOKS.map(|(subject, look)| {
        look(&store, config).unwrap_or_else(|error| {
            tracing::error!(error = crate::chain(&error));
            Check::broken(subject, error.breakdown())
        })
    }));
    checks
}

fn settings(store: &Store, _: &Config) -> Result<Check, StoreError> {
    let found = store.examine()?;
    let mut facts = json!({ "sqlite": found.sqlite });
    for (name, value) in found.settings {
        facts[name] = json!(value);
    }
    let ailment = (!found.is_whole).then_some(Ailment::Broken(Breakdown::Damaged));
    Ok(Check::new(Subject::Settings, ailment, facts))
}

fn register(store: &Store, _: &Config) -> Result<Check, StoreError> {
    let found = store.verify_closed_register(now(), &[])?;
    let first_bad = found.first_bad.map(|number| number.0);
    let facts = json!({ "entries": found.entries, "first_bad": first_bad, "closures": found.closures });
    Ok(Check::new(
        Subject::Register,
        first_bad.map(Ailment::Register),
        facts,
    ))
}

fn closure(store: &Store, _: &Config) -> Result<Check, StoreError> {
    let last = store.closures()?.last().and_then(|note| Closure::unproved(note));
    let unclosed = store.unclosed_since()?;
    let days = unclosed.map_or(0, |(since, _)| days_since(since));
    let facts = json!({
        "last": last.map(|closure| closure.at.to_string()),
        "unclosed": unclosed.map_or(0, |(_, count)| count),
        "days": days,
    });
    let is_late = days > config::CLOSURE_DAYS_MAX;
    Ok(Check::new(
        Subject::Closure,
        is_late.then_some(Ailment::NotClosed { days }),
        facts,
    ))
}

/// Copies that lag behind the register; a training session needs none.
fn backup(store: &Store, config: &Config) -> Result<Check, StoreError> {
    let last = store.last_backup()?;
    let entries = store.register_length()?;
    let days = last.as_ref().map(|last| days_since(last.made_at));
    let facts = json!({
        "configured": config.backup.is_some(),
        "last": last.as_ref().map(|last| last.made_at.to_string()),
        "place": last.as_ref().map(|last| last.place.display().to_string()),
        "entries": last.as_ref().map(|last| last.entries),
        "days": days,
    });
    let is_behind = last.as_ref().map_or(0, |last| last.entries) < entries;
    let is_needed = config.backup.is_some() || config.session == SessionKind::Real;
    let ailment = match days {
        _ if config.backup.is_none() && is_needed => Some(Ailment::NoSecondSupport),
        None if is_behind && is_needed => Some(Ailment::NeverBackedUp),
        Some(days) if is_behind && is_needed && days > config::BACKUP_DAYS_MAX => {
            Some(Ailment::OldBackup { days })
        }
        _ => None,
    };
    let mut check = Check::new(Subject::Backup, ailment, facts);
    check.remark = Some(match (&last, days) {
        (Some(last), Some(days)) => words::last_backup(days, &last.place.display().to_string()),
        _ if !is_needed => words::no_backup_in_training().to_owned(),
        _ => words::nothing_to_back_up().to_owned(),
    });
    Ok(check)
}

fn outbox(store: &Store, _: &Config) -> Result<Check, StoreError> {
    let oldest = store.outbox_oldest()?;
    let facts = json!({
        "waiting": oldest.map_or(0, |(_, count)| count),
        "oldest": oldest.map(|(since, _)| since.to_string()),
    });
    let hours = oldest.map_or(0, |(since, _)| now().duration_since(since).as_hours());
    let is_late = hours >= config::OUTBOX_HOURS_MAX;
    Ok(Check::new(
        Subject::Outbox,
        is_late.then_some(Ailment::NotPosted { hours }),
        facts,
    ))
}

fn days_since(moment: jiff::Timestamp) -> i64 {
    now().duration_since(moment).as_hours() / 24
}

/// Old files are said, and are not a fault; an imported catalogue that cannot be used is one.
fn catalogue(config: &Config) -> Check {
    let Ok((catalogue, unusable)) = session::catalogue(config) else {
        return Check::broken(Subject::Catalogue, Breakdown::Damaged);
    };
    let about = catalogue.about();
    let recalled = config.recalled_lots.as_deref().map(recalled_lots).transpose();
    let today = now().to_zoned(config.time_zone.clone()).date();
    let facts = json!({
        "products": about.presentations,
        "subset": catalogue.origin() == Origin::TrainingSubset,
        "date": about.date().map(|date| date.to_string()),
        "age_days": about.age_days(today),
        "old": about.is_old(today),
        "recalled_lots": recalled.as_ref().ok().and_then(Option::as_ref).map(|list| list.rows.len()),
    });
    let recalls = match &recalled {
        Ok(list) => list
            .as_ref()
            .and_then(|list| list.bad_row)
            .map(Ailment::RecalledLotsRow),
        Err(_) => Some(Ailment::RecalledLots),
    };
    let ailment = unusable.map(|_| Ailment::ImportedCatalogue);
    let old = about.is_old(today).then_some(Ailment::OldCatalogue);
    let mut check = Check::new(Subject::Catalogue, ailment.or(recalls).or(old), facts);
    check.remark = Some(catalogue_words::scope(catalogue.scope(), today));
    check
}

/// Whether the base answers, accepts our login, and has the same time as we have.
async fn base_checks(config: &Config) -> [Check; 3] {
    let unusable = |ailment| {
        let base = Check::new(Subject::Base, Some(ailment), json!({ "why": "setup" }));
        [
            base,
            Check::not_looked_at(Subject::Login),
            Check::not_looked_at(Subject::Clock),
        ]
    };
    let base = match session::base(config).await {
        Ok((base, _, _)) => base,
        Err(error) => {
            tracing::error!(error = crate::chain(&error));
            return unusable(Ailment::Broken(failure::breakdown(&error)));
        }
    };
    match base.capability().await {
        Ok(capability) => {
            let facts = json!({
                "hold": capability.offers(Operation::Hold),
                "search": capability.offers(Operation::Search),
            });
            let is_enough = capability.offers(Operation::Consult) && capability.offers(Operation::Post);
            let check = Check::new(Subject::Base, (!is_enough).then_some(Ailment::NotEnough), facts);
            [check, login(&base).await, clock(&base).await]
        }
        Err(error) => {
            let mut checks = unusable(silent(&error));
            checks[0].facts["why"] = json!(error.delay().0.code());
            checks
        }
    }
}

fn silent(error: &BaseError) -> Ailment {
    match error.delay() {
        (DelayReason::NotTried, _) => Ailment::NotEnough,
        (reason, _) => Ailment::Silent(reason),
    }
}

async fn login(base: &Base<Line>) -> Check {
    match base.log_in().await {
        Ok(()) => Check::new(Subject::Login, None, json!({})),
        Err(error) => {
            let facts = json!({ "why": error.delay().0.code() });
            Check::new(Subject::Login, Some(silent(&error)), facts)
        }
    }
}

async fn clock(base: &Base<Line>) -> Check {
    let Ok(Some(theirs)) = base.date().await else {
        return Check::not_looked_at(Subject::Clock);
    };
    let seconds = now().duration_since(theirs).as_secs();
    let facts = json!({ "ahead_seconds": seconds });
    let is_wrong = seconds.unsigned_abs() > config::CLOCK_SECONDS_MAX;
    Check::new(
        Subject::Clock,
        is_wrong.then_some(Ailment::Clock { seconds }),
        facts,
    )
}
