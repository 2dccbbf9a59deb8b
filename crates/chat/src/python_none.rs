//! None as Python has it. minijinja's own can be iterated, as if it were empty; in Jinja2 that is
//! an error, and `none is iterable` is false, which templates for tools rely on.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use minijinja::value::{Object, ObjectRepr, Rest, ValueOrKwargs};
use minijinja::{Environment, Error, State, Value, filters};

#[derive(Debug)]
struct PythonNone;

impl Object for PythonNone {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn is_true(self: &Arc<Self>) -> bool {
        false
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("None")
    }
}

/// None, and what Jinja2 does with it, in `environment`.
pub fn add_to(environment: &mut Environment) {
    environment.add_test("none", is_none);
    environment.add_test("iterable", is_iterable);
    // These filters take it for nothing to choose from.
    environment.add_filter("select", select);
    environment.add_filter("reject", reject);
    environment.add_filter("selectattr", selectattr);
    environment.add_filter("rejectattr", rejectattr);
    environment.add_filter("map", map);
}

/// Declares filters that take None for an empty list.
macro_rules! of_nothing {
    ($($name:ident($($argument:ident: $kind:ty),*))+) => {$(
        fn $name(
            state: &mut State,
            value: Value,
            $($argument: $kind,)*
            rest: Rest<ValueOrKwargs>,
        ) -> Result<Vec<Value>, Error> {
            filters::$name(state, or_empty(value), $($argument,)* rest)
        }
    )+};
}

of_nothing! {
    select(test: Option<Cow<'_, str>>)
    reject(test: Option<Cow<'_, str>>)
    selectattr(attribute: Cow<'_, str>, test: Option<Cow<'_, str>>)
    rejectattr(attribute: Cow<'_, str>, test: Option<Cow<'_, str>>)
    map()
}

fn or_empty(value: Value) -> Value {
    match is_none(&value) {
        true => Value::from(Vec::<Value>::new()),
        false => value,
    }
}

/// None.
pub fn value() -> Value {
    Value::from_object(PythonNone)
}

/// The test `none`.
pub fn is_none(value: &Value) -> bool {
    value.is_none() || value.downcast_object_ref::<PythonNone>().is_some()
}

/// The test `iterable`.
fn is_iterable(value: &Value) -> bool {
    !is_none(value) && value.try_iter().is_ok()
}
