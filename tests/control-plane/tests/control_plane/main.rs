//! The harness proves itself: every ability that other suites lean on is used here once.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)] // A test ends by panicking.

mod ask;
mod faults;
mod traffic;
mod users;
mod workloads;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use control_plane::{ControlPlane, Options};
use libtest_mimic::{Arguments, Failed, Trial};
use tokio::runtime::Runtime;

fn main() -> ExitCode {
    control_plane::enter_namespace();
    if std::env::var_os(faults::VICTIM).is_some() {
        faults::wait_to_be_killed();
    }
    let mut arguments = Arguments::from_args();
    if arguments.list {
        return libtest_mimic::run(&arguments, trials(None)).exit_code();
    }
    let started = Instant::now();
    // Some of them kill and hang parts that all share.
    arguments.test_threads = Some(1);
    let runtime = Arc::new(Runtime::new().expect("a runtime"));
    let cluster = match runtime.block_on(ControlPlane::start(Options::default().with_prometheus())) {
        Ok(cluster) => Arc::new(cluster),
        Err(error) => {
            println!("error: {error}");
            return ExitCode::FAILURE;
        }
    };
    println!(
        "control plane with Prometheus started in {:.2} s",
        cluster.boot_time().as_secs_f64()
    );
    let conclusion = libtest_mimic::run(&arguments, trials(Some((runtime, cluster))));
    println!(
        "{} passed, {} failed in {:.1} s",
        conclusion.num_passed,
        conclusion.num_failed,
        started.elapsed().as_secs_f64()
    );
    conclusion.exit_code()
}

type Shared = Option<(Arc<Runtime>, Arc<ControlPlane>)>;

/// Tests are sentences; the functions' names are read with spaces.
macro_rules! trials {
    ($shared:expr; $($group:ident::$name:ident),* $(,)?) => {
        vec![$({
            let shared: Shared = $shared.clone();
            Trial::test(stringify!($name), move || {
                let (runtime, cluster) = shared.ok_or_else(|| Failed::from("no control plane"))?;
                runtime.block_on($group::$name(&cluster));
                Ok(())
            })
        }),*]
    };
}

fn trials(shared: Shared) -> Vec<Trial> {
    trials![shared;
        workloads::a_deployment_of_ten_becomes_available,
        workloads::a_changed_image_rolls,
        users::the_viewer_may_read_and_not_write,
        users::the_releaser_may_write_in_its_namespace_only,
        users::an_expired_certificate_is_not_let_in,
        workloads::a_quota_refuses_the_pods_above_it,
        workloads::a_pod_that_is_never_ready_runs_and_becomes_ready_when_allowed,
        workloads::a_pod_becomes_ready_after_its_delay,
        workloads::a_crashing_pod_restarts_and_says_why,
        workloads::a_pod_without_its_image_waits,
        workloads::kubectl_undoes_a_rollout,
        faults::a_hung_api_server_answers_nothing_and_then_goes_on,
        faults::a_killed_api_server_refuses_and_comes_back_with_its_state,
        faults::expired_history_ends_old_watches_with_410,
        faults::a_cut_line_breaks_one_client_and_no_other,
        faults::a_hung_controller_manager_rolls_nothing,
        faults::nothing_outlives_the_process_that_started_it,
        traffic::a_load_stops_by_itself,
        traffic::requests_reach_every_pod_of_both_versions,
        traffic::injected_errors_are_measured_by_prometheus,
        traffic::prometheus_answers_through_the_service_proxy,
        workloads::many_applications_are_deployed_at_once,
        traffic::three_clusters_run_beside_each_other,
    ]
}
