//! A node: a runtime that crashes and starts again.

use std::future::Future;
use std::sync::OnceLock;
use std::task::{Context, Waker};
use std::time::Duration;

use isorun::remote::{ExportPolicy, ImportPolicy, Revoke};
use isorun::{Budget, Instance, Runtime, RuntimeBuilder, Token};
use tokio::task::JoinHandle;

#[cfg(feature = "guests")]
use super::guest::Guests;
use super::line::Line;
use super::log::{Log, Place, Work};
use super::register::{Disk, Owner};
use super::{Form, registers, work};

pub(super) const A: usize = 0;
pub(super) const B: usize = 1;
pub(super) const C: usize = 2;

/// What peers call the nodes.
pub(super) const NAMES: [&str; 3] = ["a", "b", "c"];

/// A node: a runtime that crashes and starts again.
pub(super) struct Node {
    pub(super) place: Place,
    /// `None` while it is down.
    pub(super) runtime: Option<Runtime>,
    /// What it exports, by name: an instance, and the token if it is exported now.
    pub(super) work: Vec<(&'static str, Instance, Option<Token>)>,
    #[cfg(feature = "guests")]
    pub(super) guests: Option<Guests>,
    /// Work for others that ends with the node.
    pub(super) tasks: Vec<JoinHandle<()>>,
}

impl Node {
    /// A node that has not started.
    pub(super) fn new(node: usize) -> Node {
        Node {
            place: Place { node, life: 0 },
            runtime: None,
            work: Vec::new(),
            #[cfg(feature = "guests")]
            guests: None,
            tasks: Vec::new(),
        }
    }

    /// Starts it, for another life. What is named has the same tokens in each life; what is random differs.
    pub(super) async fn start(&mut self, form: Form, log: &Log, to_c: &Line) {
        self.place.life += 1;
        let mut seed = [0; 32];
        (seed[0], seed[1]) = (self.place.node as u8 + 1, self.place.life as u8);
        let budget = Budget { fuel: 10_000_000, time: Duration::from_secs(2), ..Budget::default() };
        let builder = Runtime::builder().secret([self.place.node as u8; 32]).seed(seed).budget(budget);
        let runtime = few_stores(form, builder).build().expect("this machine can make a runtime");
        self.runtime = Some(runtime.clone());
        if self.place.node == A {
            return;
        }
        let far = (self.place.node == B).then(|| {
            let policy = match form {
                Form::Systems => ImportPolicy::default(),
                // A guest that is kept, and waits for a peer that is silent until its own time is over, has nobody to blame.
                #[cfg(feature = "guests")]
                Form::Guests => ImportPolicy::default().timeout(Duration::from_millis(400)),
            };
            // The token of what c exports does not depend on its life.
            runtime.import_with::<work::Interface>(token_of_c(), to_c.clone(), &policy)
        });
        let work = match form {
            Form::Systems => {
                let next = far.as_ref().map(|far| far.caller::<work::Interface>().expect("it has the interface"));
                runtime.provide::<work::Interface>(Work { at: self.place, log: log.clone(), next })
            }
            #[cfg(feature = "guests")]
            Form::Guests => {
                let next = far.clone().unwrap_or_else(|| {
                    runtime.provide::<work::Interface>(Work { at: self.place, log: log.clone(), next: None })
                });
                let guests = Guests::start(&runtime, self.place, log, &next).await;
                self.guests.insert(guests).work.clone()
            }
        };
        self.work.push(("work", work, None));
        self.work.extend(far.map(|far| ("relay", far, None)));
        for which in 0..self.work.len() {
            self.export(which, &ExportPolicy::default().named(self.work[which].0));
        }
    }

    /// Exports something, if it is not exported.
    pub(super) fn export(&mut self, which: usize, policy: &ExportPolicy) {
        let Some(runtime) = &self.runtime else { return };
        let Some((_, instance, token @ None)) = self.work.get_mut(which) else { return };
        *token = runtime.export_with::<work::Interface>(instance, policy).ok();
    }

    /// Ends an export. New calls find nothing from now on; for those that are here, somebody else waits.
    pub(super) fn revoke(&mut self, runtime: Runtime, token: Token, how: Revoke) {
        let mut revoked = Box::pin(async move {
            let _ = runtime.revoke(&token, how).await;
        });
        if revoked.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending() {
            self.tasks.push(tokio::spawn(revoked));
        }
    }

    /// Makes it the owner of the register.
    pub(super) fn own(&self, epoch: u64, disk: &Disk, log: &Log) -> Option<Token> {
        let runtime = self.runtime.as_ref()?;
        let owner = runtime.provide::<registers::Interface>(Owner::new(self.place, epoch, disk, log));
        let policy = ExportPolicy::default().named("register").epoch(epoch);
        runtime.export_with::<registers::Interface>(&owner, &policy).ok()
    }

    /// Ends it from one moment to the next. Its connections are cut by the caller.
    pub(super) fn crash(&mut self) {
        self.tasks.drain(..).for_each(|task| task.abort());
        self.work.clear();
        #[cfg(feature = "guests")]
        drop(self.guests.take());
        self.runtime = None;
    }
}

/// The token of the work of *c*, as every life of it makes it.
fn token_of_c() -> Token {
    static TOKEN: OnceLock<Token> = OnceLock::new();
    *TOKEN.get_or_init(make_token_of_c)
}

fn make_token_of_c() -> Token {
    let work = Work { at: Place { node: C, life: 0 }, log: Log::default(), next: None };
    let same = few_stores(Form::Systems, Runtime::builder().secret([C as u8; 32]))
        .build()
        .expect("this machine can make a runtime");
    let named = ExportPolicy::default().named("work");
    same.export_with::<work::Interface>(&same.provide::<work::Interface>(work), &named).expect("it has a secret")
}

/// Where the engine is built in, room for stores costs time.
fn few_stores(form: Form, builder: RuntimeBuilder) -> RuntimeBuilder {
    #[cfg(feature = "guests")]
    let builder = builder.max_stores(if form == Form::Guests { 12 } else { 1 });
    #[cfg(not(feature = "guests"))]
    let _ = form;
    builder
}
