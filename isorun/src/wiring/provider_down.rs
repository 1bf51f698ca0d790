//! Turns a failure of a provider into a value, if the interface has an error case for it, so that a guest can handle it.

use crate::error::call::CallError;
use crate::image::Image;
use crate::image::value::Value;
use crate::interface::function::{Function, PROVIDER_DOWN, ProviderDown};

/// The result by which a guest learns of its provider's failure; `None` if the function's type has no such result.
#[cold]
pub(crate) fn as_value(function: &Function, error: &CallError) -> Option<Image> {
    let case = match function.provider_down()? {
        ProviderDown::Label => Value::enumeration(PROVIDER_DOWN),
        ProviderDown::Case => Value::variant(PROVIDER_DOWN, None),
        // Only the kind of the error, because details about the host are not for a stranger's guest.
        ProviderDown::CaseWithText => Value::variant(PROVIDER_DOWN, Some(error.kind().into())),
    };
    Value::result(Err(Some(case))).encode(function.result()?).ok()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::interface::function::function;
    use crate::types::Type;

    fn trap() -> CallError {
        CallError::Trap {
            instance: "calc".into(),
            function: "add".into(),
            message: "unreachable".into(),
            frames: Arc::default(),
        }
    }

    fn told(err: Type, error: &CallError) -> Option<Value> {
        let ty = Type::result(Some(Type::U32), Some(err));
        let function = function("f", Vec::<(String, Type)>::new(), Some(ty.clone()));
        let image = as_value(&function, error)?;
        Some(Value::decode(&ty, image.as_bytes()).unwrap())
    }

    #[test]
    fn the_case_is_told_with_a_word_or_without() {
        let variant = |payload| Type::variant([("not-found", None), (PROVIDER_DOWN, payload)]);
        let err = |payload| Some(Value::result(Err(Some(Value::variant(PROVIDER_DOWN, payload)))));
        assert_eq!(told(variant(None), &trap()), err(None));
        assert_eq!(told(variant(Some(Type::String)), &trap()), err(Some("trap".into())));
        assert_eq!(
            told(Type::enumeration(["a", PROVIDER_DOWN]), &trap()),
            Some(Value::result(Err(Some(Value::enumeration(PROVIDER_DOWN)))))
        );
    }

    #[test]
    fn an_interface_without_the_case_is_told_nothing() {
        assert_eq!(told(Type::variant([("not-found", None)]), &trap()), None);
        assert_eq!(told(Type::variant([(PROVIDER_DOWN, Some(Type::U32))]), &trap()), None);
        assert_eq!(told(Type::String, &trap()), None);
    }
}
