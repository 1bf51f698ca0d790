//! How long a chain of causes can become.

use std::sync::Arc;

use super::call::CallError;

/// The most errors in a chain of causes. Whoever depends on an instance that is poisoned becomes poisoned by that, and so does the next: without
/// a bound, a chain would grow by each of them, and so would the stack that it takes to print or to drop it.
const MOST: usize = 100;

impl CallError {
    /// The error of an instance whose provider has failed. If the chain of causes is as long as it may be, its middle is left out: the first
    /// cause stays, which says what happened.
    pub(crate) fn provider_down(
        instance: Arc<str>,
        function: Arc<str>,
        provider: Arc<str>,
        cause: &CallError,
    ) -> CallError {
        let (length, first) = cause.causes().fold((0, cause), |(length, _), cause| (length + 1, cause));
        let cause = if length < MOST { cause } else { first };
        CallError::ProviderDown { instance, function, provider, cause: Arc::new(cause.clone()) }
    }

    /// This error, its cause, and so on; also where a system has wrapped an error of isorun in its own.
    fn causes(&self) -> impl Iterator<Item = &CallError> {
        std::iter::successors(Some(self), |error| match error {
            CallError::Poisoned { cause, .. } | CallError::ProviderDown { cause, .. } => Some(&**cause),
            CallError::System(error) => error.downcast_ref(),
            _ => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_keeps_its_first_cause_and_does_not_grow_for_ever() {
        let mut error = CallError::Cancelled { instance: "bottom".into(), function: "f".into() };
        for number in 0..100_000 {
            let instance: Arc<str> = format!("app {number}").into();
            error = CallError::Poisoned { instance: instance.clone(), restarts: None, cause: Arc::new(error) };
            error = CallError::provider_down(instance, "f".into(), "below".into(), &error);
            if number % 3 == 0 {
                error = CallError::system(error);
            }
        }
        assert!(error.causes().count() <= MOST + 3, "{}", error.causes().count());
        let error = error.causes().find(|error| matches!(error, CallError::ProviderDown { .. })).unwrap();
        assert_eq!(error.causes().last().unwrap().kind(), "cancelled");
        assert!(format!("{error:#}").starts_with("`app 99999` stopped in `f`"));
    }
}
