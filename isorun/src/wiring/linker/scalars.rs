//! Functions of a few numbers: between two guests their core values need no image.
//!
//! A value that is passed in core values only, and no variant, has the same core values on both sides. What is left of the canonical ABI's
//! lifting and lowering is to bring each of them into the form that its type has (`lift_flat` and `lower_flat` of the component model).

use crate::engine::guest::{FlatParams, MAX_SCALARS};
use crate::image::malformed::{Malformed, Rule};
use crate::interface::function::Function;
use crate::types::Type;

/// A type that has one core value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scalar {
    Bool,
    S8,
    U8,
    S16,
    U16,
    /// `s32` and `u32`.
    Word,
    /// `s64` and `u64`.
    Long,
    F32,
    F64,
    Char,
    /// An enum of so many cases.
    Enum(u32),
    /// Flags: the bits that have a label.
    Flags(u32),
}

/// The core values of a function that has only a few.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scalars {
    params: [Scalar; MAX_SCALARS],
    count: usize,
    result: Option<Scalar>,
}

impl Scalars {
    /// `None` if the function has too many core values, or values of other types.
    pub(crate) fn of(function: &Function) -> Option<Scalars> {
        let mut all = Vec::new();
        function.params().iter().try_for_each(|param| flatten(&param.ty, &mut all))?;
        let count = all.len();
        all.resize(MAX_SCALARS.max(count), Scalar::Word);
        let mut results = Vec::new();
        function.result().map_or(Some(()), |ty| flatten(ty, &mut results))?;
        // Not every core value is a `char` or a case of an enum. Such a result must be checked where the provider is still running, so that
        // the error is the provider's and not the consumer's.
        let result = match results[..] {
            [] => None,
            [Scalar::Char | Scalar::Enum(_)] => return None,
            [one] => Some(one),
            _ => return None,
        };
        Some(Scalars { params: all.try_into().ok()?, count, result })
    }

    /// Brings parameters into the form in which the provider is to see them.
    #[inline]
    pub(crate) fn normalise_params(&self, FlatParams(slots): &mut FlatParams) -> Result<(), Malformed> {
        for (slot, scalar) in slots.iter_mut().zip(self.params).take(self.count) {
            *slot = scalar.normal(*slot)?;
        }
        Ok(())
    }

    #[inline]
    pub(crate) fn of_result(&self) -> ScalarResult {
        ScalarResult(self.result)
    }
}

/// The type of a result that has one core value, or none.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ScalarResult(Option<Scalar>);

impl ScalarResult {
    /// The result as the consumer is to see it; 0 if there is none. This does not fail, since [`Scalars::of`] accepts no result for which some
    /// bits are invalid.
    #[inline]
    pub(crate) fn normal(self, value: u64) -> Result<u64, Malformed> {
        self.0.map_or(Ok(0), |scalar| scalar.normal(value))
    }
}

/// The scalars that a value consists of, if it consists of nothing else.
fn flatten(ty: &Type, all: &mut Vec<Scalar>) -> Option<()> {
    all.push(match ty {
        Type::Record(fields) => return fields.iter().try_for_each(|field| flatten(&field.ty, all)),
        Type::Tuple(types) => return types.iter().try_for_each(|ty| flatten(ty, all)),
        Type::Bool => Scalar::Bool,
        Type::S8 => Scalar::S8,
        Type::U8 => Scalar::U8,
        Type::S16 => Scalar::S16,
        Type::U16 => Scalar::U16,
        Type::S32 | Type::U32 => Scalar::Word,
        Type::S64 | Type::U64 => Scalar::Long,
        Type::F32 => Scalar::F32,
        Type::F64 => Scalar::F64,
        Type::Char => Scalar::Char,
        Type::Enum(labels) => Scalar::Enum(labels.len() as u32),
        Type::Flags(labels) => Scalar::Flags(u32::MAX >> 32usize.saturating_sub(labels.len()).min(31)),
        _ => return None,
    });
    (all.len() <= MAX_SCALARS).then_some(())
}

impl Scalar {
    /// The core value with the bits that its type has, and no others.
    #[inline]
    fn normal(self, bits: u64) -> Result<u64, Malformed> {
        let word = bits as u32;
        let invalid = |rule| Err(Malformed { rule, offset: 0 });
        Ok(match self {
            Scalar::Word => word.into(),
            Scalar::Long => bits,
            Scalar::Bool => (word != 0).into(),
            Scalar::U8 => (word as u8).into(),
            Scalar::U16 => (word as u16).into(),
            Scalar::S8 => (i32::from(word as i8) as u32).into(),
            Scalar::S16 => (i32::from(word as i16) as u32).into(),
            Scalar::F32 if f32::from_bits(word).is_nan() => 0x7fc0_0000,
            Scalar::F32 => word.into(),
            Scalar::F64 if f64::from_bits(bits).is_nan() => 0x7ff8_0000_0000_0000,
            Scalar::F64 => bits,
            Scalar::Flags(labels) => (word & labels).into(),
            Scalar::Char if char::from_u32(word).is_none() => return invalid(Rule::Char),
            Scalar::Enum(cases) if word >= cases => return invalid(Rule::Discriminant),
            Scalar::Char | Scalar::Enum(_) => word.into(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interface::function::function;

    fn scalars(params: &[Type], result: Option<Type>) -> Option<Scalars> {
        Scalars::of(&function("f", params.iter().map(|ty| ("p", ty.clone())), result))
    }

    #[test]
    fn functions_of_few_numbers_and_no_others() {
        let point = Type::record([("x", Type::U32), ("y", Type::S8)]);
        assert!(scalars(&[], None).is_some());
        assert!(scalars(&[point.clone(), Type::F64, Type::Char], Some(Type::tuple([Type::Bool]))).is_some());
        assert!(scalars(&[point.clone(), point.clone(), Type::Bool], None).is_none());
        assert!(scalars(&[Type::String], None).is_none());
        assert!(scalars(&[Type::option(Type::U8)], None).is_none());
        assert!(scalars(&[], Some(point)).is_none());
        assert!(scalars(&[], Some(Type::Char)).is_none());
        assert!(scalars(&[], Some(Type::enumeration(["a"]))).is_none());
    }

    #[test]
    fn each_has_the_bits_of_its_type() {
        let junk = 0xffff_ffff_ffff_ff80;
        let normal = |ty: Type| {
            let mut flat = FlatParams([junk, 0, 0, 0]);
            scalars(std::slice::from_ref(&ty), None).unwrap().normalise_params(&mut flat)?;
            let result = scalars(&[], Some(ty)).map_or(Ok(flat.0[0]), |scalars| scalars.of_result().normal(junk))?;
            assert_eq!(result, flat.0[0]);
            Ok::<u64, Malformed>(flat.0[0])
        };
        assert_eq!(normal(Type::Bool), Ok(1));
        assert_eq!(normal(Type::U8), Ok(0x80));
        assert_eq!(normal(Type::S8), Ok(0xffff_ff80));
        assert_eq!(normal(Type::U16), Ok(0xff80));
        assert_eq!(normal(Type::S16), Ok(0xffff_ff80));
        assert_eq!(normal(Type::S32), Ok(0xffff_ff80));
        assert_eq!(normal(Type::U64), Ok(junk));
        assert_eq!(normal(Type::F32), Ok(0x7fc0_0000));
        assert_eq!(normal(Type::F64), Ok(0x7ff8_0000_0000_0000));
        assert_eq!(normal(Type::flags((0..8).map(|n| format!("f{n}")))), Ok(0x80));
        assert_eq!(normal(Type::flags((0..32).map(|n| format!("f{n}")))), Ok(0xffff_ff80));
        assert_eq!(normal(Type::Char).unwrap_err().rule, Rule::Char);
        assert_eq!(normal(Type::enumeration(["a", "b"])).unwrap_err().rule, Rule::Discriminant);
    }
}
