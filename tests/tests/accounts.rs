//! What calls use is what the accounts that pay for them lose, to the unit and whatever happens to the calls.
//!
//! Random trees of calls run over random accounts. An observer tells what each call of a tree used, and from the wiring follows which accounts
//! pay for it: see [`Forest::losses`]. A case that fails prints its seed.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use isorun::call::{Run, Step};
use isorun::limits::{Limit, Scope};
use isorun::observe::CallEnded;
use isorun::{App, Budget, CallError, GiveUp, Instance, Restart, Reuse, Runtime, Tenant};
use isorun_tests::tree::{GROWTH, LONGEST_BLOCK, Script, node};
use isorun_tests::{add, guests, host, runtime, runtime_of};
use tokio::sync::oneshot;

/// Units that are more than anything here uses.
const PLENTY: u64 = 1 << 50;

/// A quantum of fuel, and the least that one of a small balance has.
const QUANTUM: u64 = 100_000;
const SMALL: u64 = 1000;

/// What a call needs to begin.
const LEAST: u64 = 100;

/// Small, and the same on each machine.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    fn of(&mut self, range: Range<u64>) -> u64 {
        range.start + self.next() % (range.end - range.start)
    }

    fn one_in(&mut self, n: u64) -> bool {
        self.of(0..n) == 0
    }

    fn index(&mut self, length: usize) -> usize {
        self.of(0..length as u64) as usize
    }

    /// Nothing, little, or more than most trees use.
    fn units(&mut self) -> u64 {
        match self.of(0..8) {
            0 => 0,
            1 | 2 => self.of(0..5000),
            3..=5 => self.of(0..500_000),
            _ => self.of(0..10_000_000),
        }
    }
}

tokio::task_local! {
    /// The number of the call of the host that is being polled or dropped.
    static ROOT: u64;
}

/// A call that has ended: who called, who was called, and the fuel of all of it.
type Ended = (Option<String>, String, u64);

/// The calls that have ended, of each call of the host, those below first.
type Log = Arc<Mutex<BTreeMap<u64, Vec<Ended>>>>;

/// A runtime in which trees grow.
struct Ground {
    runtime: Runtime,
    log: Log,
    /// By whether it calls to the left and to the right.
    apps: [[App; 2]; 2],
    /// How often calls came to which end.
    ends: Mutex<BTreeMap<&'static str, u32>>,
}

impl Ground {
    async fn new() -> Ground {
        let log = Log::default();
        let noted = log.clone();
        let observer = move |ended: &CallEnded<'_>| {
            let call = (ended.caller.map(Into::into), ended.instance.into(), ended.fuel);
            let _ = ROOT.try_with(|root| noted.lock().unwrap().entry(*root).or_default().push(call));
        };
        let runtime = runtime_of(Runtime::builder().yield_every(Duration::ZERO).observer(observer));
        let app = |left, right| {
            let runtime = runtime.clone();
            async move { add(&runtime, &format!("node {left} {right}"), &node(left, right)).await }
        };
        let apps = [[app(false, false).await, app(false, true).await], [app(true, false).await, app(true, true).await]];
        Ground { runtime, log, apps, ends: Mutex::default() }
    }

    fn count(&self, ended: &Result) {
        let end = match ended {
            None => "dropped",
            Some((Ok(_), _)) => "value",
            Some((Err(CallError::OutOfBudget { scope: Scope::Call, .. }), _)) => "out of its grant",
            Some((Err(CallError::OutOfBudget { scope: Scope::Instance(_), .. }), _)) => "out of an instance's account",
            Some((Err(CallError::OutOfBudget { scope: Scope::Tenant(_), .. }), _)) => "out of a tenant's account",
            Some((Err(_), _)) => "trap",
        };
        *self.ends.lock().unwrap().entry(end).or_default() += 1;
    }
}

/// An instance, and who pays for it.
struct Tree {
    instance: Instance,
    left: Option<usize>,
    right: Option<usize>,
    /// The place of its tenant's account.
    tenant: Option<usize>,
    alone: bool,
}

/// Whose account it is.
enum Owner {
    Instance(Instance),
    Tenant(Tenant),
}

/// An account, and what it was given.
struct Purse {
    owner: Owner,
    limited: bool,
    given: i128,
    /// Whether it is known what it was given: not if it was set while something ran on another thread.
    known: bool,
}

impl Purse {
    fn of(owner: Owner) -> Purse {
        Purse { owner, limited: false, given: 0, known: true }
    }

    fn fuel(&self) -> Option<u64> {
        match &self.owner {
            Owner::Instance(instance) => instance.fuel(),
            Owner::Tenant(tenant) => tenant.fuel(),
        }
    }

    fn add(&mut self, units: u64) {
        match &self.owner {
            Owner::Instance(instance) => instance.add_fuel(units),
            Owner::Tenant(tenant) => tenant.add_fuel(units),
        }
        self.given += if self.limited { i128::from(units) } else { 0 };
    }

    /// Sets what is left. If nothing runs meanwhile, that gives it what was missing.
    fn set(&mut self, units: u64) {
        let left = if self.limited { self.balance() } else { 0 };
        self.given += i128::from(units) - left;
        self.limited = true;
        match &self.owner {
            Owner::Instance(instance) => instance.set_fuel(units),
            Owner::Tenant(tenant) => tenant.set_fuel(units),
        }
    }

    /// What is left of a limited account, debts included.
    fn balance(&mut self) -> i128 {
        self.add(PLENTY);
        let balance = i128::from(self.fuel().unwrap()) - i128::from(PLENTY);
        self.given -= i128::from(PLENTY);
        balance
    }

    fn pause(&self, pause: bool) {
        match (&self.owner, pause) {
            (Owner::Instance(instance), true) => instance.pause(),
            (Owner::Instance(instance), false) => instance.resume(),
            (Owner::Tenant(tenant), true) => tenant.pause(),
            (Owner::Tenant(tenant), false) => tenant.resume(),
        }
    }

    fn is_of(&self, scope: &Scope) -> bool {
        match (&self.owner, scope) {
            (Owner::Instance(instance), Scope::Instance(name)) => *instance.name() == **name,
            (Owner::Tenant(tenant), Scope::Tenant(name)) => *tenant.name() == **name,
            _ => false,
        }
    }
}

/// The instances of a case, each of which calls only such as stand before it, and the accounts: those of the instances, and then the tenants'.
struct Forest {
    trees: Vec<Tree>,
    purses: Vec<Purse>,
}

impl Forest {
    async fn grow(ground: &Ground, random: &mut Random, finishes: bool) -> Forest {
        let size = random.of(1..13) as usize;
        let tenants: Vec<Tenant> =
            (0..random.of(0..4)).map(|n| ground.runtime.tenant(&format!("tenant {n}")).build().unwrap()).collect();
        let mut trees: Vec<Tree> = Vec::new();
        for place in 0..size {
            let mut side = || (place > 0 && !random.one_in(4)).then(|| random.index(place));
            let (left, right) = (side(), side());
            let tenant = (!tenants.is_empty() && !random.one_in(4)).then(|| random.index(tenants.len()));
            let alone = random.one_in(4) && !finishes;
            let reuse = match random.of(0..4) {
                0 => Reuse::Fresh,
                1 => Reuse::pool(2),
                _ => Reuse::Serial,
            };
            let app = &ground.apps[usize::from(left.is_some())][usize::from(right.is_some())];
            let restart = Restart::Limited { max: 10_000, within: Duration::from_secs(3600) };
            let mut instantiate = ground.runtime.instantiate(app).restart(restart).reuse(reuse).queue(100);
            for (name, side) in [("left", left), ("right", right)] {
                if let Some(side) = side {
                    instantiate = instantiate.with_function(name, &trees[side].instance, "run");
                }
            }
            if let Some(tenant) = tenant {
                instantiate = instantiate.tenant(&tenants[tenant]);
            }
            let instantiate = if alone { instantiate.pays_for_itself() } else { instantiate };
            let instantiate = if finishes { instantiate } else { instantiate.on_give_up(GiveUp::Cancel) };
            let instance = instantiate.await.unwrap();
            trees.push(Tree { instance, left, right, tenant: tenant.map(|tenant| size + tenant), alone });
        }
        let owners = trees.iter().map(|tree| Owner::Instance(tree.instance.clone()));
        let mut purses: Vec<_> = owners.chain(tenants.into_iter().map(Owner::Tenant)).map(Purse::of).collect();
        for purse in &mut purses {
            if random.one_in(2) {
                purse.set(random.units());
            }
        }
        Forest { trees, purses }
    }

    fn place(&self, name: &str) -> usize {
        self.trees.iter().position(|tree| *tree.instance.name() == *name).unwrap()
    }

    /// The accounts that pay for what the last instance of this way does.
    fn paying(&self, way: &[usize]) -> Vec<usize> {
        let mut paying = Vec::new();
        for place in way.iter().rev() {
            let Tree { tenant, alone, .. } = &self.trees[*place];
            paying.push(*place);
            paying.extend(tenant.filter(|tenant| !paying.contains(tenant)));
            if *alone {
                break;
            }
        }
        paying
    }

    fn clear(&self, ground: &Ground) {
        for tree in self.trees.iter().rev() {
            ground.runtime.remove(&tree.instance).unwrap();
        }
        for purse in &self.purses {
            if let Owner::Tenant(tenant) = &purse.owner {
                ground.runtime.remove_tenant(tenant).unwrap();
            }
        }
    }

    /// What a call with this seed comes to; nothing if it traps.
    fn value(&self, place: usize, seed: u64, depth: u32) -> Option<u64> {
        let (script, tree) = (Script::of(seed, depth), &self.trees[place]);
        let below = |side: Option<usize>, seed: Option<u64>| match (side, seed) {
            (Some(side), Some(seed)) => self.value(side, seed, depth - 1),
            _ => Some(0),
        };
        let left = script.worked().wrapping_add(below(tree.left, script.left)?);
        if script.traps { None } else { Some(left.wrapping_add(below(tree.right, script.right)?)) }
    }

    /// What each account has lost by a call of the host, of which this was told, and all of its fuel.
    fn losses(&self, told: &[Ended]) -> (Vec<i128>, u64) {
        struct Done {
            caller: Option<usize>,
            place: usize,
            fuel: u64,
            below: Vec<Done>,
        }
        let mut done: Vec<Done> = Vec::new();
        for (caller, instance, fuel) in told {
            let (caller, place) = (caller.as_ref().map(|caller| self.place(caller)), self.place(instance));
            let below = done.iter().rev().take_while(|done| done.caller == Some(place)).count();
            let below = done.split_off(done.len() - below);
            done.push(Done { caller, place, fuel: *fuel, below });
        }
        fn walk(forest: &Forest, done: &Done, way: &mut Vec<usize>, losses: &mut [i128]) {
            way.push(done.place);
            let below: u64 = done.below.iter().map(|done| done.fuel).sum();
            assert!(below <= done.fuel, "of {} units {below} were used below", done.fuel);
            forest.paying(way).into_iter().for_each(|place| losses[place] += i128::from(done.fuel - below));
            done.below.iter().for_each(|done| walk(forest, done, way, losses));
            way.pop();
        }
        let mut losses = vec![0; self.purses.len()];
        assert!(done.len() <= 1, "a call of the host has one root");
        done.iter().for_each(|done| walk(self, done, &mut Vec::new(), &mut losses));
        (losses, done.iter().map(|done| done.fuel).sum())
    }
}

/// A call of the host that is to be made.
struct Plan {
    number: u64,
    place: usize,
    seed: u64,
    depth: u32,
    grant: Option<u64>,
    /// Whether it is paused where it runs out of something, and is granted more then.
    pausable: bool,
}

/// What came of a call, and the fuel that its receipt says; nothing if it was dropped.
type Result = Option<(isorun::Result<String>, u64)>;

impl Plan {
    fn new(forest: &Forest, random: &mut Random, number: u64, manner: Manner) -> Plan {
        // The last instances have the most below them.
        let place = forest.trees.len() - 1 - random.index(forest.trees.len().div_ceil(2));
        let grant = random.one_in(3).then(|| random.units().max(1));
        let pausable = manner != Manner::InTurn && random.one_in(3);
        Plan { number, place, seed: random.next(), depth: random.of(0..6) as u32, grant, pausable }
    }

    /// Makes the call, until it is cancelled.
    fn call(&self, instance: Instance, cancel: oneshot::Receiver<()>) -> impl Future<Output = Result> + Send + use<> {
        let (arguments, grant, seed) = (format!("({}, {})", self.seed, self.depth), self.grant, self.seed);
        let pausable = self.pausable;
        ROOT.scope(self.number, async move {
            let call = instance.call("run", &arguments).timeout(Duration::from_secs(600));
            let call = grant.into_iter().fold(call, |call, units| call.fuel(units));
            let ended = async {
                if pausable {
                    return in_parts(call.pausable(), &mut Random(seed)).await;
                }
                let (result, receipt) = call.receipt().await;
                Some((result, receipt.fuel))
            };
            tokio::select! {
                biased;
                ended = ended => ended,
                Ok(()) = cancel => None,
            }
        })
    }

    /// Looks at what came of it.
    fn check(&self, forest: &Forest, result: &isorun::Result<String>) {
        let value = forest.value(self.place, self.seed, self.depth);
        match result {
            Ok(result) => assert_eq!(Some(result.parse().unwrap()), value),
            Err(error) if error.out_of_budget() == Some(Limit::Fuel) => {}
            Err(error) => {
                let trapped = matches!(error, CallError::Trap { .. } | CallError::ProviderDown { .. });
                assert!(trapped && value.is_none(), "{error}, and not {value:?}");
            }
        }
    }
}

/// Grants a run more when it is paused, until it ends or has been paused too often.
async fn in_parts(mut run: Run<String>, random: &mut Random) -> Result {
    for _ in 0..20 {
        match run.next().await {
            Ok(Step::Done(value)) => return Some((Ok(value), run.used())),
            Err(error) => return Some((Err(error), run.used())),
            Ok(Step::Paused { .. }) => run.grant(Budget { fuel: random.units(), time: Duration::ZERO, memory: 0 }),
        }
        tokio::task::yield_now().await;
    }
    None
}

/// How the calls of a case are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Manner {
    /// One after the other, and nothing else happens.
    InTurn,
    /// Several at once, on one thread, with changes of the accounts, pauses and cancels between.
    Together,
    /// The same on several threads.
    OnThreads,
    /// As together, with instances that finish what their callers give up.
    Finishing,
}

/// Runs one case.
async fn run(ground: &Ground, seed: u64, manner: Manner) {
    let mut random = Random(seed);
    let mut forest = Forest::grow(ground, &mut random, manner == Manner::Finishing).await;
    let calls = random.of(1..9);
    let plans: Vec<_> = (0..calls).map(|number| Plan::new(&forest, &mut random, number, manner)).collect();
    let mut results: Vec<Result> = Vec::new();
    if manner == Manner::InTurn {
        for plan in &plans {
            let before: Vec<_> = forest.purses.iter().map(Purse::fuel).collect();
            let (_keep, cancel) = oneshot::channel();
            let ended = plan.call(forest.trees[plan.place].instance.clone(), cancel).await;
            look_whose_limit_was_met(&forest, plan, &before, ended.as_ref().unwrap());
            results.push(ended);
        }
    } else {
        results = all_at_once(&mut forest, &mut random, &plans, manner).await;
    }
    results.iter().for_each(|ended| ground.count(ended));
    if manner == Manner::Finishing {
        return finish(ground, forest, &plans, &results).await;
    }
    let (mut losses, mut growths) = (vec![0; forest.purses.len()], 0);
    for (plan, ended) in plans.iter().zip(&results) {
        let told = ground.log.lock().unwrap().remove(&plan.number).unwrap_or_default();
        let (lost, used) = forest.losses(&told);
        growths += told.len() as u64;
        losses.iter_mut().zip(lost).for_each(|(sum, lost)| *sum += lost);
        if let Some((result, receipt)) = ended {
            plan.check(&forest, result);
            assert_eq!(*receipt, used, "the receipt and the observer of call {}", plan.number);
        }
    }
    for (place, (purse, lost)) in forest.purses.iter_mut().zip(losses).enumerate() {
        if !purse.limited {
            continue;
        }
        let balance = purse.balance();
        if purse.known {
            assert_eq!(balance, purse.given - lost, "account {place} was given {} and lost {lost}", purse.given);
        }
        // Each quantum may end a block too late, and each call of an app may do so by a page. A call that began with next to nothing has short ones.
        let shortest = if manner == Manner::InTurn { SMALL } else { LEAST };
        let quanta = growths * SMALL / LEAST + u64::try_from(lost).unwrap() / shortest;
        let most = quanta * LONGEST_BLOCK + growths * GROWTH;
        assert!(balance >= -i128::from(most), "account {place} has {balance}, and lost {lost}");
    }
    forest.clear(ground);
}

/// Waits for what goes on without its callers, and looks at what each instance has used, and what its account has lost.
async fn finish(ground: &Ground, mut forest: Forest, plans: &[Plan], results: &[Result]) {
    while forest.trees.iter().any(|tree| tree.instance.counters().running > 0) {
        tokio::task::yield_now().await;
    }
    ground.log.lock().unwrap().clear();
    for (plan, (result, _)) in plans.iter().zip(results).filter_map(|(plan, ended)| Some((plan, ended.as_ref()?))) {
        plan.check(&forest, result);
    }
    for place in 0..forest.trees.len() {
        let (used, purse) = (forest.trees[place].instance.counters().fuel, &mut forest.purses[place]);
        if purse.limited && purse.known {
            let balance = purse.balance();
            assert_eq!(balance, purse.given - i128::from(used), "account {place} was given {}", purse.given);
        }
    }
    forest.clear(ground);
}

/// The smallest limit ends a call, when it cannot go on to the end of a quantum, and no other limit is crossed.
fn look_whose_limit_was_met(
    forest: &Forest,
    plan: &Plan,
    before: &[Option<u64>],
    (result, used): &(isorun::Result<String>, u64),
) {
    if let Some(grant) = plan.grant {
        assert!(*used <= grant, "{used} of {grant}");
    }
    let Err(CallError::OutOfBudget { limit: Limit::Fuel, scope, .. }) = result else { return };
    if *scope == Scope::Call {
        return assert_eq!(Some(*used), plan.grant, "all that was granted is used");
    }
    let place = forest.purses.iter().position(|purse| purse.is_of(scope)).unwrap();
    let (before, left) = (before[place].unwrap(), forest.purses[place].fuel().unwrap());
    let quantum = (before / 64).clamp(SMALL, QUANTUM);
    assert!(left < quantum, "{scope:?} had {before}, has {left}, and yet a call has ended: {result:?}");
    let granted = plan.grant.map_or(u64::MAX, |grant| grant - used);
    assert!(left <= granted, "{scope:?} has {left} left, and the call {granted}");
}

/// Makes all calls at once, changes accounts meanwhile, and cancels some.
async fn all_at_once(forest: &mut Forest, random: &mut Random, plans: &[Plan], manner: Manner) -> Vec<Result> {
    let mut calls = Vec::new();
    let mut cancels = Vec::new();
    for plan in plans {
        let (cancel, cancelled) = oneshot::channel();
        calls.push(tokio::spawn(plan.call(forest.trees[plan.place].instance.clone(), cancelled)));
        cancels.push(Some(cancel));
    }
    for _ in 0..random.of(0..60) {
        let place = random.index(forest.purses.len());
        let purse = &mut forest.purses[place];
        match random.of(0..12) {
            0 | 1 => purse.add(random.units()),
            2 => {
                // Nothing runs meanwhile on this thread. What used up nothing while there was no limit is not known.
                purse.known &= purse.limited && manner != Manner::OnThreads;
                purse.set(random.units());
            }
            3 => purse.pause(true),
            4 | 5 => purse.pause(false),
            6 if random.one_in(3) => drop(cancels[random.index(plans.len())].take().map(|cancel| cancel.send(()))),
            _ => tokio::task::yield_now().await,
        }
    }
    forest.purses.iter().for_each(|purse| purse.pause(false));
    let mut results = Vec::new();
    for call in calls {
        results.push(call.await.unwrap());
    }
    results
}

/// Runs cases with these seeds, and says which has failed.
async fn cases(seeds: Range<u64>, manner: Manner) {
    let ground = Ground::new().await;
    for seed in seeds {
        let failed = Failed(seed, manner);
        run(&ground, seed, manner).await;
        std::mem::forget(failed);
    }
    let ends = ground.ends.lock().unwrap();
    let kinds = if manner == Manner::InTurn { 5 } else { 6 };
    assert!(ends.len() == kinds && ends.values().all(|calls| *calls >= 10), "too few of some: {ends:?}");
}

/// Says which case has failed, when it is dropped.
struct Failed(u64, Manner);

impl Drop for Failed {
    fn drop(&mut self) {
        eprintln!("seed {} of those that run {:?}", self.0, self.1);
    }
}

#[tokio::test]
async fn accounts_lose_what_calls_use_one_after_the_other_and_the_smallest_limit_wins() {
    cases(0..300, Manner::InTurn).await;
}

#[tokio::test]
async fn accounts_lose_what_calls_use_at_the_same_time_whatever_is_done_meanwhile() {
    cases(1000..1300, Manner::Together).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn accounts_lose_what_calls_use_on_several_threads_whatever_is_done_meanwhile() {
    cases(2000..2200, Manner::OnThreads).await;
}

#[tokio::test]
async fn accounts_lose_what_calls_use_that_their_callers_give_up_and_instances_finish() {
    cases(3000..3200, Manner::Finishing).await;
}

/// An app whose `work` goes round a loop so many times, calls the host, and does both so often; `spin` never ends.
fn worker() -> Vec<u8> {
    guests::importing(
        r#"(import "test:bench/host@0.1.0" (instance $host (export "tick" (func (param "n" u64) (result u64)))))
        (core func $tick (canon lower (func $host "tick")))"#,
        r#"(with "host" (instance (export "tick" (func $tick))))"#,
        r#"(import "host" "tick" (func $tick (param i64) (result i64)))
        (func (export "spin") (loop (br 0)))
        (func (export "work") (param i32 i32) (local i32)
            (loop $again
                (local.set 2 (local.get 0))
                (loop (br_if 0 (local.tee 2 (i32.sub (local.get 2) (i32.const 1)))))
                (drop (call $tick (i64.const 1)))
                (br_if $again (local.tee 1 (i32.sub (local.get 1) (i32.const 1))))))"#,
        r#"(func (export "work") (param "rounds" u32) (param "times" u32) (canon lift (core func $code "work")))
        (func (export "spin") (canon lift (core func $code "spin")))"#,
    )
}

/// Answers later, which is now.
struct Later;

#[isorun::system]
impl host::Host for Later {
    async fn tick(&self, n: u64) -> u64 {
        n
    }
}

/// Sets the balance of whoever calls.
struct Sets(Arc<OnceLock<Instance>>, u64);

#[isorun::system]
impl host::Host for Sets {
    async fn tick(&self, n: u64) -> u64 {
        self.0.get().unwrap().set_fuel(self.1);
        n
    }
}

/// A worker on this system, which is made anew after each fault.
async fn working<S: isorun::System<host::Interface>>(runtime: &Runtime, reuse: Reuse, system: S) -> Instance {
    let system = runtime.provide(system);
    let app = add(runtime, "worker", &worker()).await;
    let restart = Restart::Limited { max: 100, within: Duration::from_secs(3600) };
    runtime.instantiate(&app).with(&system).reuse(reuse).restart(restart).await.unwrap()
}

/// A quantum of which an import is a part begins anew after it, and is no shorter than it counts.
#[tokio::test]
async fn what_is_called_between_quanta_changes_no_balance() {
    let runtime = runtime();
    let worker = working(&runtime, Reuse::Serial, Later).await;
    for (rounds, times) in [(9_000, 100), (15_000, 40), (20_000, 11), (1, 1000)] {
        for given in [1 << 40, 20_000_000] {
            worker.set_fuel(given);
            let (result, receipt) = worker.call("work", &format!("({rounds}, {times})")).receipt().await;
            result.unwrap();
            assert_eq!(worker.fuel(), Some(given - receipt.fuel), "{rounds} rounds, {times} times");
        }
    }
}

#[tokio::test]
async fn the_largest_balance_is_one_also_where_calls_have_taken_of_another() {
    let runtime = runtime();
    let itself = Arc::default();
    let worker = working(&runtime, Reuse::Serial, Sets(Arc::clone(&itself), u64::MAX)).await;
    itself.set(worker.clone()).unwrap();
    worker.set_fuel(1_000_000);
    worker.call("work", "(1, 1)").await.unwrap();
    assert!(worker.fuel() > Some(1 << 60), "{:?}", worker.fuel());
    worker.call("work", "(100000, 3)").await.unwrap();
}

/// From the moment on at which it is set, a balance is what the call may use, quantum by quantum.
#[tokio::test]
async fn a_balance_that_is_set_to_nothing_by_the_call_itself_ends_it() {
    let runtime = runtime();
    let itself = Arc::default();
    let worker = working(&runtime, Reuse::Serial, Sets(Arc::clone(&itself), 0)).await;
    itself.set(worker.clone()).unwrap();
    for before in [None, Some(1 << 40)] {
        worker.set_fuel(before);
        let (result, receipt) = worker.call("work", "(1000, 1000)").receipt().await;
        let CallError::OutOfBudget { scope, .. } = result.unwrap_err() else { panic!() };
        assert_eq!(scope, Scope::Instance("worker".into()));
        assert!(receipt.fuel < 4 * QUANTUM, "{receipt}");
    }
}

/// What waits for its account before it starts has used nothing, whatever it was granted.
#[tokio::test]
async fn a_start_that_waits_for_an_account_uses_nothing() {
    let runtime = runtime();
    let worker = working(&runtime, Reuse::Fresh, Later).await;
    worker.set_fuel(1_000_000);
    worker.pause();
    let waits = tokio::time::timeout(Duration::from_millis(20), worker.call("work", "(1, 1)"));
    assert!(waits.await.is_err());
    assert_eq!(worker.fuel(), Some(1_000_000));
    let waits = worker.call("work", "(1, 1)").receipt();
    let (ended, ()) = tokio::join!(waits, async {
        tokio::task::yield_now().await;
        worker.set_fuel(0);
        worker.resume();
    });
    let CallError::OutOfBudget { scope: Scope::Instance(_), .. } = ended.0.unwrap_err() else { panic!() };
    assert_eq!(ended.1.fuel, 0);
    worker.add_fuel(77);
    assert_eq!(worker.fuel(), Some(77), "nothing is owed");
}

/// Less than a usual quantum is enough for a call that needs no more, also if it had to wait.
#[tokio::test]
async fn a_small_balance_is_enough_for_a_small_call_that_was_paused() {
    let runtime = runtime();
    let worker = working(&runtime, Reuse::Serial, Later).await;
    worker.set_fuel(5_000);
    worker.pause();
    let ((result, receipt), ()) = tokio::join!(worker.call("work", "(10, 1)").receipt(), async {
        tokio::task::yield_now().await;
        worker.resume();
    });
    result.unwrap();
    assert_eq!(worker.fuel(), Some(5_000 - receipt.fuel));
}
