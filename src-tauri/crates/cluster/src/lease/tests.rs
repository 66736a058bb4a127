use super::*;
use conductor::{Bid, Identity, WorkloadKind, WorkloadRef};
use proptest::prelude::*;
use release::Timestamp;
use serde_json::{Value, json};

fn at() -> WorkloadRef {
    WorkloadRef {
        environment: "production".into(),
        namespace: "shop".into(),
        kind: WorkloadKind::Deployment,
        name: "checkout".into(),
    }
}

fn me(id: &str) -> Identity {
    Identity {
        id: id.into(),
        person: format!("Person {id}"),
    }
}

fn ask(id: &str, bid: Bid, found: Option<&Value>, remaining_millis: u64) -> Decision {
    let question = Question {
        me: &me(id),
        at: &at(),
        bid,
        floor: 1,
        now: Timestamp(1_700_000_000_123),
        terms: Terms { seconds: 30 },
    };
    decide(&question, found, remaining_millis)
}

fn lease_of(id: &str) -> Value {
    match ask(id, Bid::Lead, None, 0) {
        Decision::Create(lease) => lease,
        other => panic!("{other:?}"),
    }
}

fn updated(decision: Decision) -> LeaseRecord {
    match decision {
        Decision::Update(lease) => LeaseRecord::read(&lease),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_lease_is_made_where_there_is_none() {
    let lease = lease_of("a");
    assert_eq!(lease["metadata"]["name"], "slipway-deployment-checkout");
    assert_eq!(lease["spec"]["holderIdentity"], "a");
    assert_eq!(lease["spec"]["leaseTransitions"], 1);
    assert_eq!(lease["spec"]["leaseDurationSeconds"], 30);
    assert_eq!(
        lease["spec"]["renewTime"], "2023-11-14T22:13:20.123000Z",
        "a MicroTime has six digits"
    );
    assert_eq!(lease["metadata"]["annotations"][PERSON_ANNOTATION], "Person a");
}

#[test]
fn another_slipway_waits_for_the_end_of_the_term() {
    let lease = lease_of("a");
    assert_eq!(ask("b", Bid::Lead, Some(&lease), 1), Decision::Other);
    let taken = updated(ask("b", Bid::Lead, Some(&lease), 0));
    assert_eq!((taken.holder.as_deref(), taken.epoch), (Some("b"), 2));
}

#[test]
fn a_driver_does_not_take_back_what_was_taken_over() {
    let lease = lease_of("b");
    assert_eq!(ask("a", Bid::Stay, Some(&lease), 0), Decision::Other);
}

#[test]
fn a_holder_renews_without_a_new_token_and_others_keep_their_marks() {
    let mut lease = lease_of("a");
    lease["metadata"]["labels"]["team"] = json!("payments");
    let Decision::Update(renewed) = ask("a", Bid::Stay, Some(&lease), 0) else {
        panic!()
    };
    assert_eq!(LeaseRecord::read(&renewed).epoch, 1);
    assert_eq!(renewed["metadata"]["labels"]["team"], "payments");
}

#[test]
fn a_persons_rollback_takes_the_lease_from_everybody() {
    let taken = updated(ask("b", Bid::Force, Some(&lease_of("a")), 29_000));
    assert_eq!((taken.holder.as_deref(), taken.epoch), (Some("b"), 2));
}

#[test]
fn who_is_named_may_take_over_at_once_and_nobody_else() {
    let (a, now, terms) = (me("a"), Timestamp(0), Terms::default());
    let lease = offered(&a, &at(), &lease_of("a"), " person B ", now, terms).unwrap();
    assert_eq!(ask("c", Bid::Lead, Some(&lease), 1), Decision::Other);
    let taken = updated(ask("b", Bid::Lead, Some(&lease), 1));
    assert_eq!(taken.holder.as_deref(), Some("b"));
    assert_eq!(taken.offered_to, None, "an offer is for one");
    assert!(offered(&me("b"), &at(), &lease, "c", now, terms).is_none());
}

#[test]
fn a_lease_that_nobody_holds_keeps_its_token_for_the_next() {
    let (a, now, terms) = (me("a"), Timestamp(0), Terms::default());
    let free = resigned(&a, &at(), &lease_of("a"), now, terms).unwrap();
    assert!(LeaseRecord::read(&free).leader(0).is_none());
    let next = updated(ask("b", Bid::Lead, Some(&free), 30_000));
    assert_eq!(next.epoch, 2);
    let record = LeaseRecord::read(&free);
    assert_eq!(record.left_since(1), None, "nobody led later than this token");
    assert_eq!(record.left_since(0).as_deref(), Some("Person a"));
    assert_eq!(
        LeaseRecord::read(&lease_of("a")).left_since(0),
        None,
        "somebody holds it"
    );
    assert!(resigned(&me("b"), &at(), &lease_of("a"), now, terms).is_none());
}

#[test]
fn a_new_token_is_above_the_one_on_the_workload() {
    let question = Question {
        me: &me("b"),
        at: &at(),
        bid: Bid::Force,
        floor: 9,
        now: Timestamp(0),
        terms: Terms::default(),
    };
    assert_eq!(updated(decide(&question, Some(&lease_of("a")), 0)).epoch, 9);
}

#[test]
fn a_term_is_over_when_the_same_record_was_seen_for_its_length() {
    let mut sighting = Sighting::default();
    let lease = lease_of("a");
    assert_eq!(sighting.see(Some(&lease), 1_000), 30_000);
    assert_eq!(sighting.see(Some(&lease), 21_000), 10_000);
    let Decision::Update(renewed) = ({
        let question = Question {
            me: &me("a"),
            at: &at(),
            bid: Bid::Stay,
            floor: 1,
            now: Timestamp(5),
            terms: Terms { seconds: 30 },
        };
        decide(&question, Some(&lease), 0)
    }) else {
        panic!()
    };
    assert_eq!(sighting.see(Some(&renewed), 22_000), 30_000, "it was renewed");
    assert_eq!(sighting.see(Some(&renewed), 52_000), 0);
    assert_eq!(sighting.see(None, 60_000), 0);
}

#[test]
fn the_longest_name_still_makes_a_name() {
    let long = WorkloadRef {
        name: "x".repeat(253),
        ..at()
    };
    let longer = WorkloadRef {
        name: format!("{}y", "x".repeat(252)),
        ..at()
    };
    assert!(object_name(&long).len() <= 253);
    assert_ne!(object_name(&long), object_name(&longer));
}

/// One Slipway with clocks of its own.
struct Member {
    name: &'static str,
    /// Local milliseconds in a thousand true ones.
    rate: u64,
    sighting: Sighting,
    /// A write that is on its way: what, on which version, and when it was begun.
    pending: Option<(Value, u64, u64)>,
    /// Until when it believes to lead, on its own clock.
    believes: u64,
}

impl Member {
    fn clock(&self, now: u64) -> u64 {
        now * self.rate / 1_000
    }

    fn believes_at(&self, now: u64) -> bool {
        self.clock(now) < self.believes
    }
}

#[derive(Debug, Clone, Copy)]
enum Move {
    Pass(u64),
    Read(usize, bool),
    Write(usize),
    /// The write is stored, but its answer gets lost.
    Lost(usize),
    Sight(usize),
    Resign(usize),
}

fn a_move() -> impl Strategy<Value = Move> {
    prop_oneof![
        4 => (1..15_000u64).prop_map(Move::Pass),
        4 => (0..2usize, any::<bool>()).prop_map(|(who, stay)| Move::Read(who, stay)),
        4 => (0..2usize).prop_map(Move::Write),
        1 => (0..2usize).prop_map(Move::Lost),
        2 => (0..2usize).prop_map(Move::Sight),
        1 => (0..2usize).prop_map(Move::Resign),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, ..ProptestConfig::default() })]

    /// However reads, writes and lost answers of two Slipways come between each other, and with clocks whose rates differ by up
    /// to a third: they never both believe to lead. Tokens only grow, and no two leaders have the same one.
    #[test]
    fn two_slipways_never_both_believe_to_lead(
        rates in (870..1_150u64, 870..1_150u64),
        moves in prop::collection::vec(a_move(), 1..120),
    ) {
        let terms = Terms { seconds: 30 };
        let mut members = [("a", rates.0), ("b", rates.1)].map(|(name, rate)| Member {
            name, rate, sighting: Sighting::default(), pending: None, believes: 0,
        });
        let (mut now, mut stored, mut version) = (0u64, None::<Value>, 0u64);
        let mut tokens: Vec<(u64, String)> = Vec::new();
        for one in moves {
            match one {
                Move::Pass(millis) => now += millis,
                Move::Sight(who) => {
                    let member = &mut members[who];
                    let clock = member.clock(now);
                    member.sighting.see(stored.as_ref(), clock);
                }
                Move::Read(who, stay) => {
                    let member = &mut members[who];
                    let clock = member.clock(now);
                    let remaining = member.sighting.see(stored.as_ref(), clock);
                    let question = Question {
                        me: &me(member.name),
                        at: &at(),
                        bid: if stay { Bid::Stay } else { Bid::Lead },
                        floor: 1,
                        // The wall clock says what it likes.
                        now: Timestamp((now * 7_919 % 1_000_003) as i64),
                        terms,
                    };
                    member.pending = match decide(&question, stored.as_ref(), remaining) {
                        Decision::Create(lease) | Decision::Update(lease) => Some((lease, version, clock)),
                        Decision::Other => {
                            member.believes = 0;
                            None
                        }
                    };
                }
                Move::Write(who) | Move::Lost(who) => {
                    let member = &mut members[who];
                    if let Some((lease, _, asked)) = member.pending.take_if(|(_, on, _)| *on == version) {
                        let record = LeaseRecord::read(&lease);
                        tokens.push((record.epoch, record.holder.unwrap_or_default()));
                        stored = Some(lease);
                        version += 1;
                        if matches!(one, Move::Write(_)) {
                            member.believes = asked + terms.own_millis();
                        }
                    }
                }
                Move::Resign(who) => {
                    let member = &mut members[who];
                    let next = stored.as_ref().and_then(|found| {
                        resigned(&me(member.name), &at(), found, Timestamp(0), terms)
                    });
                    if let Some(free) = next {
                        stored = Some(free);
                        version += 1;
                        member.believes = 0;
                        member.pending = None;
                    }
                }
            }
            prop_assert!(!(members[0].believes_at(now) && members[1].believes_at(now)));
        }
        for pair in tokens.windows(2) {
            prop_assert!(pair[0].0 <= pair[1].0, "{tokens:?}");
            prop_assert!(pair[0].0 < pair[1].0 || pair[0].1 == pair[1].1, "{tokens:?}");
        }
    }
}
