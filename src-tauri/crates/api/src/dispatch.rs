use crate::api::Inner;
use crate::failure::bad_request;
use crate::view::{Command, Empty, Failure};
use serde::Serialize;
use serde_json::Value;
use std::sync::Arc;

fn reply<T: Serialize>(answer: Result<T, Failure>) -> Result<Value, Failure> {
    serde_json::to_value(answer?).map_err(|error| bad_request(error.to_string()))
}

impl Inner {
    /// The one place where a command finds its answer. A command without one does not compile.
    pub(crate) async fn carry_out(self: &Arc<Self>, command: Command) -> Result<Value, Failure> {
        match command {
            Command::Shell(Empty {}) => reply(self.shell().await),
            Command::Leaving(Empty {}) => reply(self.leaving().await),
            Command::Leave(request) => reply(self.leave(request).await),

            Command::Matrix(Empty {}) => reply(self.matrix().await),
            Command::Cell(request) => reply(self.cell(request).await),
            Command::Changes(request) => reply(self.changes(request).await),
            Command::CellRollBack(request) => reply(self.cell_roll_back(request).await),
            Command::MatchApplication(request) => reply(self.match_application(request).await),
            Command::Unlock(request) => reply(self.unlock(request).await),
            Command::Lock(request) => reply(self.lock(request).await),

            Command::Draft(request) => reply(self.draft(request).await),
            Command::Preflight(request) => reply(self.preflight(request).await),
            Command::Start(request) => reply(self.start_release(request).await),
            Command::Live(request) => reply(self.live(request).await),
            Command::Watch(request) => reply(self.watch(request).await),
            Command::Hold(request) => reply(self.hold(request).await),
            Command::Resume(request) => reply(self.resume(request).await),
            Command::Approve(request) => reply(self.approve(request).await),
            Command::SkipBake(request) => reply(self.skip_bake(request).await),
            Command::Promote(request) => reply(self.promote(request).await),
            Command::RollBack(request) => reply(self.roll_back(request).await),
            Command::HandOver(request) => reply(self.hand_over(request).await),
            Command::TakeOver(request) => reply(self.take_over(request).await),
            Command::ResumeAt(request) => reply(self.resume_at(request).await),

            Command::HistoryList(request) => reply(self.history_list(request).await),
            Command::Capsule(request) => reply(self.capsule(request).await),
            Command::Moment(request) => reply(self.moment(request).await),
            Command::HistoryChanges(request) => reply(self.history_changes(request).await),
            Command::AddNote(request) => reply(self.add_note(request).await),
            Command::Export(request) => reply(self.export(request).await),
            Command::BackUp(Empty {}) => reply(self.back_up().await),

            Command::Connections(Empty {}) => reply(self.connections().await),
            Command::CheckContext(request) => reply(self.check_context(request).await),
            Command::AddKubeconfig(request) => reply(self.add_kubeconfig(request).await),
            Command::RemoveKubeconfig(request) => reply(self.remove_kubeconfig(request).await),
            Command::SaveEnvironment(request) => reply(self.save_environment(request).await),
            Command::RemoveEnvironment(request) => reply(self.remove_environment(request).await),
            Command::SetPractice(request) => reply(self.set_practice(request).await),
            Command::RunScenario(request) => reply(self.run_scenario(request).await),

            Command::ReadSettings(Empty {}) => reply(self.read_settings().await),
            Command::WriteSettings(request) => reply(self.write_settings(request).await),
            Command::WriteMetrics(request) => reply(self.write_metrics(request).await),
            Command::TestMetrics(request) => reply(self.test_metrics(request).await),
            Command::Diagnostics(Empty {}) => reply(self.diagnostics().await),
        }
    }
}
