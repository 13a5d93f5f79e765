//! Whatever the service may send of a type goes through it and comes out the same: nulls, unknown properties, unknown
//! members and unknown derived types included. `PROPTEST_CASES` says how many objects of each type are tried.

use conformance::CODECS;
use msgraph_codegen::{generate, plan::ModelItem};
use proptest::{
    prelude::*,
    test_runner::{RngSeed, TestRunner},
};
use serde_json::Value;
use tests::{Maker, own_slice};

#[test]
fn every_type_gives_back_what_it_was_given() {
    let plan = generate(&own_slice()).unwrap().plan;
    let maker = Maker::of(&plan);
    let items = plan.model.iter().map(|item| &item.item);
    let read_types = items.filter(|item| matches!(item, ModelItem::Record(_) | ModelItem::Union(_)));
    assert_eq!(CODECS.len(), read_types.count(), "every read type has a codec");

    let default = ProptestConfig::default();
    let cases = if std::env::var_os("PROPTEST_CASES").is_some() {
        default.cases
    } else {
        48
    };
    for (name, codec) in CODECS {
        let config = ProptestConfig {
            cases,
            rng_seed: RngSeed::Fixed(1),
            failure_persistence: None,
            ..default.clone()
        };
        let result = TestRunner::new(config).run(&maker.values(name), |json| {
            let again = codec(&json.to_string()).map_err(TestCaseError::fail)?;
            let again: Value = serde_json::from_str(&again).unwrap();
            prop_assert_eq!(again, json);
            Ok(())
        });
        assert!(result.is_ok(), "{name}: {}", result.unwrap_err());
    }
}
