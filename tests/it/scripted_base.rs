//! A base in memory behind the transport: two prescriptions, deliveries created once, and faults on demand.

use std::sync::{Arc, Mutex};

use comptoir::base::{Method, Request, Response, Transport, TransportError};
use serde_json::{Value, json};

/// The prescriptions it holds: that of `tests/wire/consult-answer.json`, and the same under another number.
pub(crate) const NUMBERS: [&str; 2] = ["01K7M4QX2RT9WBHV6P", "01K7M4QX2RT9WBHV6Q"];

/// How the base behaves from now on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mood {
    Answers,
    /// Nothing reaches it.
    Down,
    /// It takes a post, and its answer is lost.
    LosesAnswers,
    /// It is not available, and asks for a minute.
    Overloaded,
    /// It does not accept the login.
    RefusesLogin,
    /// It answers posts with something that is no answer.
    Mumbles,
    /// It refuses the first entry of a post.
    Refuses,
}

/// What the base holds and saw. Clones share it.
#[derive(Clone)]
pub(crate) struct ScriptedBase {
    state: Arc<Mutex<State>>,
}

struct State {
    mood: Mood,
    consult_answer: Value,
    /// The prescription read last: a post reads its own just before.
    reading: String,
    /// What it took, each under its prescription.
    deliveries: Vec<(String, Value)>,
    /// Transactions that arrived, taken or not.
    posts: usize,
}

impl ScriptedBase {
    /// The base, its prescriptions held by nobody.
    pub(crate) fn new() -> Self {
        let mut consult_answer: Value =
            serde_json::from_str(include_str!("../wire/consult-answer.json")).unwrap();
        let task = &mut consult_answer["entry"][3]["resource"]["entry"][0]["resource"];
        task["status"] = json!("ready");
        for held in ["owner", "restriction", "contained"] {
            task.as_object_mut().unwrap().remove(held);
        }
        let state = State {
            mood: Mood::Answers,
            consult_answer,
            reading: String::new(),
            deliveries: Vec::new(),
            posts: 0,
        };
        Self {
            state: Arc::new(Mutex::new(state)),
        }
    }

    pub(crate) fn is(&self, mood: Mood) {
        self.state.lock().unwrap().mood = mood;
    }

    /// The patient's choice, made at the caisse.
    pub(crate) fn patient_opposes(&self) {
        let mut state = self.state.lock().unwrap();
        let consent = &mut state.consult_answer["entry"][3]["resource"]["entry"][1]["resource"];
        consent["policyRule"]["coding"][0]["code"] = json!("OPTOUT");
        consent["provision"]["type"] = json!("deny");
    }

    /// How many deliveries it holds of what this counter posted.
    pub(crate) fn deliveries(&self) -> usize {
        self.state.lock().unwrap().deliveries.len()
    }

    pub(crate) fn posts(&self) -> usize {
        self.state.lock().unwrap().posts
    }
}

impl Transport for ScriptedBase {
    async fn exchange(&self, request: Request) -> Result<Response, TransportError> {
        self.state.lock().unwrap().answer(&request)
    }
}

impl State {
    fn answer(&mut self, request: &Request) -> Result<Response, TransportError> {
        match self.mood {
            Mood::Down => return Err(TransportError::NotSent),
            Mood::Overloaded => return Ok(Response::json(503, "").with_header("retry-after", "60")),
            Mood::RefusesLogin => return Ok(Response::json(401, "")),
            Mood::Answers | Mood::LosesAnswers | Mood::Mumbles | Mood::Refuses => {}
        }
        let content = request.content.as_ref().map(|content| content.text.as_str());
        let bundle: Value = content.map_or(Value::Null, |text| serde_json::from_str(text).unwrap());
        match (request.method, bundle["type"].as_str()) {
            (Method::Post, Some("batch")) => Ok(Response::json(200, self.consult(&bundle).to_string())),
            (Method::Post, Some("transaction")) => self.take(&bundle),
            (Method::Put, _) => Ok(Response::json(200, bundle.to_string())),
            (Method::Get, _) if request.target.starts_with("Task?") => {
                let task = &self.consult_answer["entry"][3]["resource"];
                Ok(Response::json(200, task.to_string()))
            }
            _ => Ok(Response::json(404, "")),
        }
    }

    fn consult(&mut self, batch: &Value) -> Value {
        let asked = batch["entry"][0]["request"]["url"].as_str().unwrap();
        let number = NUMBERS.into_iter().find(|number| asked.contains(number));
        let mut answer = self.consult_answer.clone();
        let Some(number) = number else {
            for entry in answer["entry"].as_array_mut().unwrap() {
                entry["resource"]["entry"] = json!([]);
            }
            return answer;
        };
        number.clone_into(&mut self.reading);
        let lines = answer["entry"][0]["resource"]["entry"].as_array_mut().unwrap();
        for (_, delivery) in self.deliveries.iter().filter(|(of, _)| of == number) {
            lines.push(json!({ "resource": delivery, "search": { "mode": "include" } }));
        }
        serde_json::from_str(&answer.to_string().replace(NUMBERS[0], number)).unwrap()
    }

    fn take(&mut self, transaction: &Value) -> Result<Response, TransportError> {
        self.posts += 1;
        match self.mood {
            Mood::Mumbles => return Ok(Response::json(404, "<html>")),
            Mood::Refuses => {
                let outcome = json!({ "resourceType": "OperationOutcome", "issue": [{
                    "severity": "error", "code": "business-rule", "expression": ["Bundle.entry[0]"],
                    "details": { "text": "Ligne annulée", "coding": [{
                        "system": "https://comptoir.example/fhir/CodeSystem/refusal", "code": "line-cancelled" }] } }] });
                return Ok(Response::json(422, outcome.to_string()));
            }
            _ => {}
        }
        let mut answers = Vec::new();
        for entry in transaction["entry"].as_array().unwrap() {
            let resource = &entry["resource"];
            let is_delivery = resource["resourceType"] == "MedicationDispense";
            let is_known = self
                .deliveries
                .iter()
                .any(|(_, known)| known["identifier"] == resource["identifier"]);
            if is_delivery && !is_known {
                let mut delivery = resource.clone();
                delivery["id"] = json!(format!("ours-{}", self.deliveries.len()));
                self.deliveries.push((self.reading.clone(), delivery));
            }
            answers.push(json!({ "response": { "status": "201 Created" } }));
        }
        if self.mood == Mood::LosesAnswers {
            return Err(TransportError::AnswerLost);
        }
        let answer = json!({ "resourceType": "Bundle", "type": "transaction-response", "entry": answers });
        Ok(Response::json(200, answer.to_string()))
    }
}
