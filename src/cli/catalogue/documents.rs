//! What is known of a catalogue and of a product, as documents for programs and as text.

use jiff::civil::Date;
use serde_json::{Value, json};

use crate::catalogue::{About, OfficialFile, Source};
use crate::domain::product::{
    Availability, AvailabilityStatus, BoxContent, GenericRole, HybridRole, Ingredient, IngredientNature,
    MarketingState, Product,
};
use crate::ui::wording::catalogue as words;

/// What a catalogue says of itself.
pub(super) fn about(about: &About, today: Date) -> Value {
    json!({
        "products": about.presentations,
        "specialities": about.specialities,
        "without_conditions": about.without_conditions,
        "counted_boxes": about.counted_boxes,
        "imported_at": about.imported_at.map(|at| at.to_string()),
        "date": about.date().map(|date| date.to_string()),
        "age_days": about.age_days(today),
        "old": about.is_old(today),
        "mixed_dates": about.is_mixed(),
        "files": about.sources.iter().map(source).collect::<Vec<_>>(),
    })
}

fn source(source: &Source) -> Value {
    let skipped = source.skipped.iter().map(|skipped| {
        json!({ "reason": skipped.reason.name(), "lines": skipped.lines, "first_line": skipped.first })
    });
    json!({
        "file": source.file.name(),
        "date": source.date.map(|date| date.to_string()),
        "date_from": source.date_origin.name(),
        "read": source.read,
        "recoded": source.recoded,
        "skipped": skipped.collect::<Vec<_>>(),
    })
}

/// The same for people.
pub(super) fn about_text(about: &About, today: Date) -> Vec<String> {
    let mut rows = vec![words::holds(about.presentations, about.specialities)];
    rows.extend(
        about
            .age_days(today)
            .map(|days| words::age(days, about.is_old(today))),
    );
    for file in OfficialFile::ALL {
        match about.sources.iter().find(|source| source.file == file) {
            Some(source) => {
                rows.push(words::source(
                    file.name(),
                    source.read,
                    source.date,
                    source.date_origin.name(),
                ));
                let skipped = source.skipped.iter();
                rows.extend(
                    skipped
                        .map(|skipped| words::skipped(skipped.reason.name(), skipped.lines, skipped.first)),
                );
            }
            None => rows.push(words::absent(file.name())),
        }
    }
    if about.is_mixed() {
        rows.push(words::mixed_dates().to_owned());
    }
    rows.push(words::without_conditions(about.without_conditions));
    rows.push(words::counted_boxes(about.counted_boxes, about.presentations));
    rows
}

/// A product.
pub(super) fn product(product: &Product) -> Value {
    let published = &*product.published;
    let roles = published
        .generic_roles
        .iter()
        .map(|(group, role)| json!({ "group": group.0, "role": generic_role(*role) }));
    json!({
        "cip13": product.cip13.as_str(),
        "cis": product.cis.as_str(),
        "name": product.name,
        "presentation": product.presentation,
        "substances": product.substances,
        "generic_groups": product.generic_groups.iter().map(|group| &group.0).collect::<Vec<_>>(),
        "hybrid_group": product.hybrid_group.as_ref().map(|group| &group.0),
        "biosimilar_group": product.biosimilar_group.as_ref().map(|group| &group.0),
        // null is "unknown", never "none": see the reading of conditions in the domain.
        "conditions": product.conditions,
        "form": published.form,
        "routes": published.routes,
        "procedure": published.procedure,
        "marketing": match published.marketing.state {
            MarketingState::Marketed => "marketed",
            MarketingState::Stopped => "stopped",
            MarketingState::Unknown => "unknown",
        },
        "declared_on": published.marketing.declared_on.map(|date| date.to_string()),
        "content": published.content.as_ref().map(content),
        "generic_roles": roles.collect::<Vec<_>>(),
        "hybrid_role": published.hybrid_role.map(|role| match role {
            HybridRole::Reference => "reference",
            HybridRole::Hybrid => "hybrid",
        }),
        "price": published.price.map(|price| json!({
            "medicine_cents": price.medicine.0,
            "public_cents": price.public.0,
            "fee_cents": price.fee.0,
        })),
        "rates": published.rates.iter().map(|rate| rate.0).collect::<Vec<_>>(),
        "composition": published.composition.iter().map(ingredient).collect::<Vec<_>>(),
        "availability": published.availability.iter().map(availability).collect::<Vec<_>>(),
        "mitm": published.major_interest.is_some(),
        "atc": published.major_interest.as_ref().map(|atc| &atc.0),
    })
}

fn generic_role(role: GenericRole) -> &'static str {
    match role {
        GenericRole::Reference => "reference",
        GenericRole::Generic => "generic",
        GenericRole::Complementary => "complementary",
        GenericRole::Substitutable => "substitutable",
    }
}

fn content(content: &BoxContent) -> Value {
    json!({
        "count": content.count.get(),
        "unit": content.unit,
        "each": content.each.as_ref().map(|each| json!({ "thousandths": each.thousandths, "unit": each.unit })),
    })
}

fn ingredient(part: &Ingredient) -> Value {
    json!({
        "element": part.element,
        "substance": part.substance.0,
        "name": part.name,
        "dosage": part.dosage,
        "per": part.per,
        "nature": match part.nature {
            IngredientNature::Substance => "substance",
            IngredientNature::Fraction => "fraction",
        },
        "link": part.link,
    })
}

fn availability(availability: &Availability) -> Value {
    json!({
        "status": match availability.status {
            AvailabilityStatus::OutOfStock => "out-of-stock",
            AvailabilityStatus::Tension => "tension",
            AvailabilityStatus::Discontinued => "discontinued",
            AvailabilityStatus::Returned => "returned",
        },
        "since": availability.since.to_string(),
        "updated_on": availability.updated_on.to_string(),
        "back_on": availability.back_on.map(|date| date.to_string()),
    })
}
