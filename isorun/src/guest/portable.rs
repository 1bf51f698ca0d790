//! What is passed to a guest and comes back from it, as images: for calls that go on at something which is not reached by the same way.

use crate::engine::guest::{FlatParams, FlatResult, ImageParams, ImageResult, Params, Returned};
use crate::error::call::{CallError, Result};
use crate::image::Image;
use crate::image::codec::Lift;
use crate::image::decode::decode;
use crate::image::encode::encode_params;
use crate::image::params::LowerParams;
use crate::interface::function::Function;
use crate::types::Type;
use crate::types::layout::Layout;

/// The parameters of a function, which can become an image.
pub(crate) trait IntoImage {
    fn into_image(self, function: &Function) -> Result<Image>;
}

/// The result of a function, which can come from an image.
pub(crate) trait FromImage: Sized {
    fn from_image(image: Image, function: &Function) -> Result<Self>;
}

impl<P: LowerParams> IntoImage for Params<P> {
    fn into_image(self, _: &Function) -> Result<Image> {
        Ok(encode_params(&self.0)?)
    }
}

impl IntoImage for ImageParams {
    fn into_image(self, _: &Function) -> Result<Image> {
        Ok(self.image)
    }
}

impl IntoImage for FlatParams {
    fn into_image(self, function: &Function) -> Result<Image> {
        let mut bytes = vec![0; function.params_layout().size as usize];
        let types: Vec<&Type> = function.params().iter().map(|param| &param.ty).collect();
        place(&types, 0, &mut self.0.into_iter(), &mut bytes).ok_or_else(|| bug(function))?;
        Ok(Image::from_bytes(bytes))
    }
}

impl<R: Lift> FromImage for Returned<R> {
    fn from_image(image: Image, _: &Function) -> Result<Self> {
        Ok(Returned::of(decode(image.as_bytes())?))
    }
}

impl FromImage for ImageResult {
    fn from_image(image: Image, function: &Function) -> Result<Self> {
        Ok(ImageResult::of(image, function.result_layout()))
    }
}

impl FromImage for FlatResult {
    /// The result is one core value, which lies at the beginning.
    fn from_image(image: Image, function: &Function) -> Result<Self> {
        let (mut value, size) = ([0; 8], function.result_layout().size as usize);
        let read = value.get_mut(..size).zip(image.as_bytes().get(..size));
        let (to, from) = read.ok_or_else(|| bug(function))?;
        to.copy_from_slice(from);
        Ok(FlatResult(u64::from_le_bytes(value)))
    }
}

/// Writes core values where values of these types lie that begin at `start`; `None` if it is not values of a few numbers.
fn place(types: &[&Type], start: u32, values: &mut impl Iterator<Item = u64>, bytes: &mut [u8]) -> Option<()> {
    let mut before = Layout::EMPTY;
    for ty in types {
        let layout = ty.layout();
        let at = start + before.and(layout).size - layout.size;
        before = before.and(layout);
        match ty {
            Type::Record(fields) => {
                place(&fields.iter().map(|field| &field.ty).collect::<Vec<_>>(), at, values, bytes)?;
            }
            Type::Tuple(types) => place(&types.iter().collect::<Vec<_>>(), at, values, bytes)?,
            _ => {
                let (at, size) = (at as usize, layout.size as usize);
                let value = values.next()?.to_le_bytes();
                bytes.get_mut(at..at.checked_add(size)?)?.copy_from_slice(value.get(..size)?);
            }
        }
    }
    Some(())
}

fn bug(function: &Function) -> CallError {
    CallError::system(format!(
        "`{}` was passed as core values that it has not; this is a bug of isorun",
        function.name()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::value::Value;
    use crate::interface::function::function;

    #[test]
    fn core_values_lie_where_an_image_has_them() {
        let point = Type::record([("x", Type::U8), ("y", Type::S64)]);
        let f = function("f", [("a", Type::Bool), ("p", point), ("b", Type::F32)], Some(Type::S8));
        let image = FlatParams([1, 7, (-3i64) as u64, 1.5f32.to_bits().into()]).into_image(&f).unwrap();
        let values = [Value::Bool(true), Value::record([("x", Value::U8(7)), ("y", Value::S64(-3))]), Value::F32(1.5)];
        assert_eq!(image.as_bytes(), Value::encode_params(&f, &values).unwrap().as_bytes());
        let FlatResult(result) = FlatResult::from_image(Image::from_bytes(vec![0xfe]), &f).unwrap();
        assert_eq!(result, 0xfe);
        assert!(FlatResult::from_image(Image::from_bytes(Vec::new()), &f).is_err());
    }
}
