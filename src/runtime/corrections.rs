//! What correcting a delivery does: what is opened, recorded and read, and the messages that answer.

use super::workshop::{Workshop, World};
use crate::app::Message;
use crate::app::correcting::CorrectionKind;
use crate::app::effect::CorrectRequest;
use crate::app::history;
use crate::app::message::{CannotOpen, ConsultFailure, Consultation, OpenedCorrection};
use crate::counter::{ConsultationAnswer, CorrectionOrder, CorrectionOutcome, Replacement};
use crate::domain::correction::Standing;
use crate::domain::register::RegisterNumber;

impl<W: World + 'static> Workshop<W> {
    /// Looks whether an entry can be corrected; for a rectification, reads its prescription too.
    pub async fn open_correction(&self, entry: RegisterNumber, kind: CorrectionKind) {
        let answer = match self.0.counter().standing(entry) {
            Ok(Ok(standing)) => self.opened_correction(standing, kind).await,
            Ok(Err(refusal)) => Err(CannotOpen::Cannot(refusal)),
            Err(error) => {
                self.report(&error);
                Err(CannotOpen::Failed(ConsultFailure::Store))
            }
        };
        self.0.tell(match answer {
            Ok(opened) => Message::CorrectionOpened(Box::new(opened)),
            Err(why) => Message::CorrectionNotOpened { entry, why },
        });
    }

    async fn opened_correction(
        &self,
        standing: Standing,
        kind: CorrectionKind,
    ) -> Result<OpenedCorrection, CannotOpen> {
        let id = self.0.new_identifier();
        let consultation = match kind {
            // Taking back asks nothing of the prescription: it works with no base and no copy.
            CorrectionKind::Cancellation => None,
            CorrectionKind::Rectification => Some(Box::new(self.without(&standing).await?)),
        };
        Ok(OpenedCorrection {
            id,
            standing,
            consultation,
        })
    }

    /// The prescription as it is without that delivery.
    async fn without(&self, standing: &Standing) -> Result<Consultation, CannotOpen> {
        let number = &standing.hand_over.number;
        match self.0.counter().consult(number, self.0.now()).await {
            Ok(ConsultationAnswer::Opened(consultation)) => {
                if let Some(seen) = consultation.freshness.base() {
                    self.tell_base(seen);
                }
                let consultation = self.opened(*consultation);
                Ok(Consultation {
                    prescription: standing.taken_out_of(consultation.prescription),
                    ..consultation
                })
            }
            Ok(ConsultationAnswer::Refused(refusal)) => Err(CannotOpen::Refused(refusal)),
            Err(error) => Err(CannotOpen::Failed(self.consult_failed(&error))),
        }
    }

    /// Checks a correction and writes it.
    pub fn correct(&self, request: CorrectRequest) {
        let id = request.id;
        let order = CorrectionOrder {
            entry: request.entry,
            motive: request.motive,
            replacement: request.replacement.map(|(prescription, proposal)| Replacement {
                prescription,
                proposal,
            }),
            id,
            at: request.at,
        };
        self.0.tell(match self.0.counter().correct(order) {
            Ok(CorrectionOutcome::Recorded(recorded)) => Message::Recorded {
                entry: Box::new(recorded.entry),
                numbers: recorded.registered,
            },
            Ok(CorrectionOutcome::Stopped(findings)) => Message::RecordRefused { id, findings },
            Ok(CorrectionOutcome::Refused(why)) => Message::CorrectionRefused { id, why },
            Ok(CorrectionOutcome::Outdated) => Message::RecordOutdated { id },
            Err(error) => {
                self.report(&error);
                Message::RecordFailed { id }
            }
        });
    }

    /// Reads everything recorded about a delivery.
    pub fn read_history(&self, entry: RegisterNumber) {
        let reading = match self.0.counter().history(entry) {
            Ok(chapters) => history::Reading::Read(chapters),
            Err(error) => {
                self.report(&error);
                history::Reading::Failed
            }
        };
        self.0.tell(Message::HistoryRead { entry, reading });
    }
}
