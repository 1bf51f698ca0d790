//! One suite for a provider, whatever it is made of and however far away it is.
//!
//! It runs over X, Remote(X) and Remote(Remote(X)), where X is a system and where it is an app. What lies between two runtimes is the other
//! runtime itself, a closure, a link on a good connection, a closure that loses messages, or a link on connections that lose, repeat, delay and mix
//! up frames, and break. It happens in virtual time, so that it happens again.

mod subject;
mod suite;
mod system;
mod way;

use subject::{Made, Subject};
use way::Way;

macro_rules! suite {
    ($($name:ident: $made:ident $($way:ident)*;)*) => {$(
        #[tokio::test(start_paused = true)]
        async fn $name() {
            let here = Subject::new(Made::$made).await;
            $(let here = here.beyond(Way::$way);)*
            suite::all_of_it(&here).await;
        }
    )*};
}

suite! {
    a_system: System;
    a_system_behind_a_runtime: System Runtime;
    a_system_behind_two_runtimes: System Runtime Runtime;
    a_system_behind_a_closure: System Closure;
    a_system_behind_two_closures: System Closure Closure;
    a_system_behind_a_link: System Link;
    a_system_behind_two_links: System Link Link;
    a_system_behind_a_closure_that_loses: System Losing;
    a_system_behind_two_closures_that_lose: System Losing Losing;
    a_system_behind_a_bad_link: System BadLink;
    a_system_behind_two_bad_links: System BadLink BadLink;

    an_app: App;
    an_app_behind_a_runtime: App Runtime;
    an_app_behind_two_runtimes: App Runtime Runtime;
    an_app_behind_a_closure: App Closure;
    an_app_behind_two_closures: App Closure Closure;
    an_app_behind_a_link: App Link;
    an_app_behind_two_links: App Link Link;
    an_app_behind_a_closure_that_loses: App Losing;
    an_app_behind_two_closures_that_lose: App Losing Losing;
    an_app_behind_a_bad_link: App BadLink;
    an_app_behind_two_bad_links: App BadLink BadLink;
}
