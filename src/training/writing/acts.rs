//! What each kind of change does: the facts are read, the transition decides, the resource is staged.

use serde_json::{Value, json};

use crate::domain::number::PrescriptionNumber;
use crate::domain::prescription::LineStanding;
use crate::training::outcome::{Halt, Refusal};
use crate::training::roles::Caller;
use crate::training::search::last_id;
use crate::training::storage::{Filter, Row};
use crate::training::transitions::{self, ChoiceAuthor};
use crate::training::wire::{self, ResourceType};
use crate::training::writing::cases::{Case, Reports};
use crate::training::writing::plan::{Plan, Target};
use crate::training::writing::{Staged, Unit};

const ONLY_CANCELLED: &str = "Une ligne écrite ne se modifie pas : elle s’annule (seul son statut change).";
const ONLY_RECTIFIED: &str =
    "Une délivrance ne se modifie pas : elle se rectifie (statut entered-in-error), puis se remplace.";
const TASK_IS_THE_BASES: &str = "Ces éléments de la tâche ne se modifient pas.";
const TASK_SAYS_NOTHING: &str =
    "Une tâche se prend en charge (in-progress, owner, restriction) ou se rend (ready, sans owner).";

impl Unit<'_> {
    /// Tries one change against the state that the changes before it made.
    pub(super) fn act(&mut self, plan: &Plan) -> Result<(), Halt> {
        use ResourceType as R;
        match (&plan.target, plan.kind) {
            (Target::Same, _) => Ok(()),
            (Target::Kept(row), kind) => self.keep(row, kind),
            (Target::New, R::Patient) => self.add_patient(plan),
            (Target::New, R::MedicationRequest | R::DeviceRequest | R::ServiceRequest) => self.add_line(plan),
            (Target::New, R::Task) => self.add_task(plan),
            (Target::New, R::MedicationDispense | R::SupplyDelivery) => self.deliver(plan),
            (Target::New, R::Consent) => self.choose(plan),
            (Target::New, R::Provenance) => self.trace(plan),
            (Target::Change(row), R::MedicationRequest | R::DeviceRequest | R::ServiceRequest) => {
                self.cancel_line(plan, row)
            }
            (Target::Change(row), R::Task) => self.change_task(plan, row),
            (Target::Change(row), R::MedicationDispense | R::SupplyDelivery) => self.rectify(plan, row),
            (Target::Change(row), R::Provenance) => self.trace_again(plan, row),
            // The roles refused these two to everybody.
            (Target::Change(_), R::Patient | R::Consent) => Err(Refusal::MethodNotOffered.into()),
        }
    }

    /// The prescription with that number, loaded once per request.
    fn case(&mut self, number: &PrescriptionNumber) -> Result<Option<&mut Case>, Halt> {
        if !self.cases.contains_key(number)
            && let Some(case) = Case::load(self.view.storage(), number)?
        {
            self.cases.insert(number.clone(), case);
        }
        Ok(self.cases.get_mut(number))
    }

    /// The stored prescription that a row belongs to.
    fn case_of(&mut self, row: &Row) -> Result<&mut Case, Halt> {
        let number = row.number.clone().ok_or(Refusal::NotFound)?;
        self.case(&number)?.ok_or_else(|| Refusal::NotFound.into())
    }

    fn stage_new(&mut self, plan: &Plan, number: &PrescriptionNumber, patient: &str, line: Option<String>) {
        self.stage(Staged {
            kind: plan.kind,
            id: plan.id.clone(),
            row: None,
            number: Some(number.clone()),
            patient: Some(last_id(patient)),
            line,
            content: plan.resource.clone(),
        });
    }

    /// A delivery already known is reported again: its answer was lost. The Task beside it sums up the same.
    fn keep(&mut self, row: &Row, kind: ResourceType) -> Result<(), Halt> {
        if kind.is_delivery() {
            self.case_of(row)?.reports = Reports::Some;
        }
        Ok(())
    }

    fn add_patient(&mut self, plan: &Plan) -> Result<(), Halt> {
        wire::patient(&plan.resource)?;
        self.stage(Staged {
            kind: plan.kind,
            id: plan.id.clone(),
            row: None,
            number: None,
            patient: Some(plan.id.clone()),
            line: None,
            content: plan.resource.clone(),
        });
        Ok(())
    }

    fn add_line(&mut self, plan: &Plan) -> Result<(), Halt> {
        let Caller::Prescriber(by) = self.view.caller() else {
            return Err(Refusal::NotFound.into());
        };
        let facts = wire::line(plan.kind, &plan.resource)?;
        self.known_patient(&facts.patient)?;
        let place = plan.place;
        if self.case(&facts.number)?.is_none() {
            let draft = Case::draft(&facts.patient, facts.requester.clone(), place);
            self.cases.insert(facts.number.clone(), draft);
        }
        let case = self.case(&facts.number)?.ok_or(Refusal::NotFound)?;
        if case.task.is_some() {
            return Err(Refusal::NumberTaken.into());
        }
        case.prescription = transitions::add_line(
            &case.prescription,
            facts.line,
            &facts.patient,
            &facts.requester,
            by,
        )?;
        self.stage_new(plan, &facts.number, &facts.patient, None);
        Ok(())
    }

    fn known_patient(&self, reference: &str) -> Result<(), Halt> {
        let id = reference.strip_prefix("Patient/").unwrap_or_default();
        let is_known = self.staged(reference).is_some()
            || self.view.storage().find(ResourceType::Patient, id)?.is_some();
        if is_known {
            Ok(())
        } else {
            Err(Refusal::PatientMismatch.into())
        }
    }

    fn add_task(&mut self, plan: &Plan) -> Result<(), Halt> {
        let facts = wire::task(&plan.resource)?;
        let alone = Refusal::malformed("Une ordonnance s’écrit d’un bloc : ses lignes et sa tâche.");
        let case = self.case(&facts.number)?.ok_or(alone)?;
        if case.task.is_some() || case.new_task.is_some() {
            return Err(Refusal::NumberTaken.into());
        }
        if facts.patient != case.prescription.patient {
            return Err(Refusal::PatientMismatch.into());
        }
        if facts.status != "ready" || facts.hold.is_some() || facts.has_output {
            return Err(
                Refusal::malformed("Une tâche naît prête (ready), sans détenteur ni délivrance.").into(),
            );
        }
        case.new_task = Some(plan.id.clone());
        self.stage_new(plan, &facts.number, &facts.patient, None);
        Ok(())
    }

    fn deliver(&mut self, plan: &Plan) -> Result<(), Halt> {
        let Caller::Pharmacy(by) = self.view.caller() else {
            return Err(Refusal::NotFound.into());
        };
        let report = wire::delivery(plan.kind, &plan.resource)?;
        let (kind, id) = report.line.split_once('/').ok_or(Refusal::LineUnknown)?;
        let kind = ResourceType::named(kind)
            .filter(|kind| kind.is_line())
            .ok_or(Refusal::LineUnknown)?;
        let row = self.view.storage().find(kind, id)?.ok_or(Refusal::LineUnknown)?;
        let moment = self.moment;
        let case = self.case_of(&row)?;
        case.prescription = transitions::deliver(&case.prescription, &report, by, moment)?;
        match report.replaces {
            Some(_) => case.corrects(),
            None => case.reports = Reports::Some,
        }
        if let Some(number) = &row.number {
            self.stage_new(plan, number, &report.patient, Some(report.line));
        }
        Ok(())
    }

    fn rectify(&mut self, plan: &Plan, row: &Row) -> Result<(), Halt> {
        let Caller::Pharmacy(by) = self.view.caller() else {
            return Err(Refusal::NotFound.into());
        };
        let stored = self.view.storage().content(row)?;
        let case = self.case_of(row)?;
        let after = transitions::rectify(&case.prescription, &row.reference(), by)?;
        // Its labels may change: what the patient no longer agrees to is labelled so.
        if plan.resource["status"] != "entered-in-error"
            || !same_but(
                &without_labels(&stored),
                &without_labels(&plan.resource),
                &["status"],
            )
        {
            return Err(Refusal::malformed(ONLY_RECTIFIED).into());
        }
        case.prescription = after;
        case.corrects();
        self.stage_change(row, plan.resource.clone());
        Ok(())
    }

    fn cancel_line(&mut self, plan: &Plan, row: &Row) -> Result<(), Halt> {
        let Caller::Prescriber(by) = self.view.caller() else {
            return Err(Refusal::NotFound.into());
        };
        let stored = self.view.storage().content(row)?;
        let case = self.case_of(row)?;
        let after = transitions::cancel_line(&case.prescription, &row.reference(), by)?;
        if !wire::withdraws_line(&plan.resource)
            || !same_but(&stored, &plan.resource, &["status", "statusReason"])
        {
            return Err(Refusal::malformed(ONLY_CANCELLED).into());
        }
        case.prescription = after;
        self.stage_change(row, plan.resource.clone());
        Ok(())
    }

    fn change_task(&mut self, plan: &Plan, row: &Row) -> Result<(), Halt> {
        let caller = self.view.caller();
        let asked = wire::task(&plan.resource)?;
        let moment = self.moment;
        let case = self.case_of(row)?;
        let untouched = ["identifier", "groupIdentifier", "for", "authoredOn"];
        let stored = case.task.as_ref().map_or(&Value::Null, |(_, content)| content);
        if untouched.iter().any(|element| {
            plan.resource
                .get(element)
                .is_some_and(|asked| stored.get(element) != Some(asked))
        }) {
            return Err(Refusal::malformed(TASK_IS_THE_BASES).into());
        }
        case.ask_task();
        match caller {
            Caller::Prescriber(by) => {
                if asked.status != "cancelled" {
                    return Err(Refusal::RoleForbidden(
                        "Un prescripteur annule une ordonnance, il ne la prend pas en charge.",
                    )
                    .into());
                }
                if !case.was_just_cancelled() {
                    case.prescription = transitions::cancel_all(&case.prescription, by)?;
                }
                self.cancel_lines(row)
            }
            Caller::Pharmacy(by) => {
                let sums_up = matches!(asked.status.as_str(), "ready" | "in-progress" | "completed");
                let ends = case.reports == Reports::Some && sums_up;
                // A correction serves nobody: the hold, whoever has it, stays as it is.
                let corrects =
                    case.reports == Reports::Corrections && (sums_up || asked.status == "cancelled");
                case.prescription = match (asked.hold, asked.status.as_str()) {
                    _ if corrects => case.prescription.clone(),
                    _ if ends => transitions::give_back(&case.prescription, by, moment)?,
                    (Some(wish), "in-progress") => {
                        transitions::take_hold(&case.prescription, &wish, by, moment)?
                    }
                    (None, "ready") => transitions::give_back(&case.prescription, by, moment)?,
                    _ => return Err(Refusal::malformed(TASK_SAYS_NOTHING).into()),
                };
                Ok(())
            }
            Caller::Patient(_) => Err(Refusal::NotFound.into()),
        }
    }

    /// The lines of a cancelled prescription say so themselves: pharmacies read lines.
    fn cancel_lines(&mut self, task: &Row) -> Result<(), Halt> {
        let Some(number) = &task.number else { return Ok(()) };
        for row in self.view.storage().of_prescription(number)? {
            if !row.kind.is_line() {
                continue;
            }
            let mut content = match self.staged(&row.reference()) {
                Some(staged) => staged.content.clone(),
                None => self.view.storage().content(&row)?,
            };
            let standing = wire::line(row.kind, &content)?.line.standing;
            if standing != LineStanding::Cancelled {
                content["status"] = json!(wire::cancelled_status(row.kind));
                self.stage_change(&row, content);
            }
        }
        Ok(())
    }

    fn choose(&mut self, plan: &Plan) -> Result<(), Halt> {
        let facts = wire::consent(&plan.resource)?;
        if plan.resource["status"] != "active" {
            return Err(Refusal::malformed("Un consentement s’écrit actif.").into());
        }
        let number = self.number_of(&facts.task)?;
        let moment = self.moment;
        let own = self.view.own_references();
        let caller = self.view.caller();
        let case = self.case(&number)?.ok_or(Refusal::NotFound)?;
        let author = match caller {
            Caller::Prescriber(_) if case.task.is_none() => ChoiceAuthor::PrescriberWriting,
            Caller::Prescriber(_) | Caller::Pharmacy(_) => ChoiceAuthor::PrescriberLater,
            Caller::Patient(_) => ChoiceAuthor::Patient(own),
        };
        let patient = case.prescription.patient.clone();
        let choice = transitions::choose(&patient, case.choice, &author, facts.choice, moment)?;
        if facts.patient != patient {
            return Err(Refusal::PatientMismatch.into());
        }
        case.choice = Some(choice);
        self.end_earlier_choices(&number)?;
        self.stage_new(plan, &number, &patient, None);
        Ok(())
    }

    /// One choice is active: a reader that knows nothing of dates still reads the right one.
    fn end_earlier_choices(&mut self, number: &PrescriptionNumber) -> Result<(), Halt> {
        let active = [
            Filter::Number(vec![number.to_string()]),
            Filter::Status(vec!["active".into()]),
        ];
        for row in self.view.storage().matching(ResourceType::Consent, &active)? {
            let mut content = self.view.storage().content(&row)?;
            content["status"] = json!("inactive");
            self.stage_change(&row, content);
        }
        Ok(())
    }

    fn trace(&mut self, plan: &Plan) -> Result<(), Halt> {
        let Caller::Pharmacy(by) = self.view.caller() else {
            return Err(Refusal::NotFound.into());
        };
        let facts = wire::provenance(&plan.resource)?;
        if facts.pharmacy != *by {
            return Err(
                Refusal::RoleForbidden("Une trace porte le FINESS de la pharmacie connectée.").into(),
            );
        }
        let numbers: Result<Vec<PrescriptionNumber>, Halt> = facts
            .targets
            .iter()
            .map(|target| self.number_of(target))
            .collect();
        let numbers = numbers?;
        let number = numbers.first().ok_or(Refusal::NotFound)?;
        if numbers.iter().any(|other| other != number) {
            return Err(Refusal::malformed("Une trace couvre une seule ordonnance.").into());
        }
        let patient = self
            .case(number)?
            .ok_or(Refusal::NotFound)?
            .prescription
            .patient
            .clone();
        self.stage_new(plan, number, &patient, None);
        Ok(())
    }

    /// The same trace again is the same act whose answer was lost; another one under its id is not.
    fn trace_again(&mut self, plan: &Plan, row: &Row) -> Result<(), Halt> {
        if same_but(&self.view.storage().content(row)?, &plan.resource, &[]) {
            Ok(())
        } else {
            Err(Refusal::malformed("Une trace ne se réécrit pas.").into())
        }
    }

    /// The prescription that a Task or a delivery belongs to, stored or on its way.
    fn number_of(&self, reference: &str) -> Result<PrescriptionNumber, Halt> {
        let unknown = || Refusal::malformed("Une référence ne désigne rien que la base connaisse.");
        if let Some(staged) = self.staged(reference) {
            let own = staged
                .number
                .clone()
                .or_else(|| staged.row.as_ref()?.number.clone());
            return own.ok_or_else(|| unknown().into());
        }
        let (kind, id) = reference.split_once('/').ok_or_else(unknown)?;
        let kind = ResourceType::named(kind).ok_or_else(unknown)?;
        let row = self.view.storage().find(kind, id)?.ok_or_else(unknown)?;
        row.number.ok_or_else(|| unknown().into())
    }
}

fn without_labels(resource: &Value) -> Value {
    let mut resource = resource.clone();
    if let Some(meta) = resource.get_mut("meta").and_then(Value::as_object_mut) {
        meta.remove("security");
    }
    resource
}

/// Whether two versions say the same, those elements and the base's own left aside.
fn same_but(stored: &Value, asked: &Value, elements: &[&str]) -> bool {
    let rest = |resource: &Value| {
        let mut rest = resource.as_object().cloned().unwrap_or_default();
        for element in elements.iter().chain(&["id"]) {
            rest.remove(*element);
        }
        // `meta` stays comparable but for the version the base writes.
        if let Some(meta) = rest.get_mut("meta").and_then(Value::as_object_mut) {
            meta.remove("versionId");
        }
        if rest
            .get("meta")
            .and_then(Value::as_object)
            .is_some_and(serde_json::Map::is_empty)
        {
            rest.remove("meta");
        }
        rest
    };
    rest(stored) == rest(asked)
}
