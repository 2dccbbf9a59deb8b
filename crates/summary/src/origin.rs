//! Where weights come from, as far as it limits what a figure says.

use edgescore_record::Origin;

/// What a reader must know about weights that are no published model's.
pub fn about_origin(origin: Origin) -> Option<&'static str> {
    match origin {
        Origin::Given => None,
        Origin::Synthetic => Some("synthetic weights: answers are chance"),
        Origin::Reference => Some(
            "reference model: an instrument trained on generated questions, which says nothing \
             about 6G reasoning at large",
        ),
    }
}
