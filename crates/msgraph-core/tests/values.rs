//! Values that come from the service and go back to it.

use std::time::{Duration, SystemTime};

use msgraph_core::{
    Category, DateTimeOffset, ETag, EncodedKey, Id, Link, NewOrderHint, OpenMap, OrderHint, Page, Raw, open::OpenKey,
    order_hint::Neighbour,
};
use proptest::{prelude::*, test_runner::RngSeed};
use serde_json::{Value, json};

/// The ETag whose payload is this.
fn etag(payload: &str) -> ETag<()> {
    use base64::{Engine, engine::general_purpose::STANDARD};
    ETag::new(format!("W/\"{}\"", STANDARD.encode(payload)))
}

#[test]
fn versions_of_one_kind_compare_by_their_bytes() {
    let cases = [
        // Base64 text and bytes disagree here: the text of the second is smaller.
        ("'1-Task  @@@@@@@@@@@@@@s|'", "'1-Task  @@@@@@@@@@@@@@t@'", Some(false)),
        ("'1-Task  @@@@@@@@@@@@@@@L'", "'1-Task  @@@@@@@@@@@@@@@H'", Some(true)),
        ("'1-Task  @@@@@@@@@@@@@@@H'", "'1-Task  @@@@@@@@@@@@@@@H'", Some(false)),
        ("'1-Bucket@@@@@@@@@@@@@@@D'", "'1-Bucket@@@@@@@@@@@@@@@@'", Some(true)),
        (
            "'1-UserDetails @@@@@@@@@@@@@@HX'",
            "'1-UserDetails @@@@@@@@@@@@@@HT'",
            Some(true),
        ),
        ("'1-Task  @@@@@@@@@@@@@@@L'", "'1-Plan  @@@@@@@@@@@@@@@H'", None),
        ("'1-Task  @@@@@@@@@@@@@@@L'", "'1-Task  @@@@@@@@@@@@@@@0'", None),
        ("'1-Task  @@@@@@@@@@@@@@@L'", "'1-@@@@@@@@@@@@@@@H'", None),
        ("'1-Task  @@@@@@@@@@@@@@@L'", "'2-Task  @@@@@@@@@@@@@@@H'", None),
        ("'1-Task  @@@@@@@@@@@@@@@L'", "", None),
    ];
    for (one, other, expected) in cases {
        assert_eq!(etag(one).newer_than(&etag(other)), expected, "{one} {other}");
    }
    for opaque in [
        "",
        "W/\"\"",
        "\"JzEt\"",
        "W/\"xzyPKP0BiUGgld+lMKXwbQAAnBoTIw==\"",
        "W/\"not base64!\"",
    ] {
        assert_eq!(
            ETag::<()>::new(opaque).newer_than(&etag("'1-Task  @@@@@@@@@@@@@@@L'")),
            None,
            "{opaque}"
        );
    }
}

#[test]
fn order_hints_are_made_by_the_published_formula() {
    let cases = [
        (None, None, " !"),
        (None, Some("5637"), " 5637!"),
        (Some("5637"), Some("adhg"), "5637 adhg!"),
        (Some("adhg"), None, "adhg !"),
        (Some("adhg !"), None, "adhg ! !"),
        (Some(" 5637!"), Some("5637 adhg!"), " 5637! 5637 adhg!!"),
        (None, Some(" !"), "  !!"),
        (Some(" !"), None, " ! !"),
    ];
    for (previous, next, expected) in cases {
        let (previous, next) = (previous.map(OrderHint::new), next.map(OrderHint::new));
        let made = match (&previous, &next) {
            (None, None) => OrderHint::first(),
            (None, Some(next)) => OrderHint::before(next),
            (Some(previous), None) => OrderHint::after(previous),
            (Some(previous), Some(next)) => OrderHint::between(previous, next),
        };
        assert_eq!(made.as_str(), expected);
    }
    let hints = ["5637", "adhg", "8585"].map(OrderHint::new);
    assert_eq!(OrderHint::before_all(&hints).as_str(), " 5637!");
    assert_eq!(OrderHint::after_all(&hints).as_str(), "adhg !");
    assert_eq!(OrderHint::before_all(&[]), OrderHint::first());
    let unsent: NewOrderHint = OrderHint::first();
    assert_eq!(OrderHint::after(&unsent).hint(), " ! !");
    assert!(OrderHint::new("a") < OrderHint::new("a!") && OrderHint::new("Z") < OrderHint::new("a"));
}

#[test]
fn dates_keep_their_text() {
    for text in [
        "2015-03-25T18:36:49.2407981Z",
        "2017-04-24T22:40:44.5665917",
        "2026-11-21T08:30:00+01:00",
        "no date",
    ] {
        let date: DateTimeOffset = serde_json::from_value(json!(text)).unwrap();
        assert_eq!(serde_json::to_value(&date).unwrap(), json!(text));
    }
    let seconds = |text: &str| {
        let time = SystemTime::try_from(&DateTimeOffset::new(text))?;
        Ok::<_, msgraph_core::date_time::ParseError>(time.duration_since(SystemTime::UNIX_EPOCH).unwrap())
    };
    assert_eq!(
        seconds("1970-01-01T00:00:01.2500000Z").unwrap(),
        Duration::from_millis(1250)
    );
    assert_eq!(seconds("1970-01-01T02:00:00+01:00").unwrap(), Duration::from_hours(1));
    // Without an offset it is no point in time: the time zone of this machine is not guessed.
    let error = seconds("2017-04-24T22:40:44.5665917").unwrap_err().to_string();
    assert!(
        error.contains("2017-04-24T22:40:44.5665917") && error.contains("offset"),
        "{error}"
    );
}

#[test]
fn categories_are_numbered() {
    assert_eq!(Category::new(1).unwrap().as_wire(), "category1");
    assert_eq!(Category::new(25).unwrap().number(), Some(25));
    assert_eq!((Category::new(0), Category::new(26)), (None, None));
    assert_eq!(Category::from_wire("category7"), Category::new(7).unwrap());
    assert_eq!(Category::from_wire("focus").as_wire(), "focus");
}

#[test]
fn open_maps_keep_nulls_and_annotations() {
    let json =
        json!({ "@odata.type": "#microsoft.graph.plannerAppliedCategories", "category3": true, "category4": null });
    let map: OpenMap<Category, bool> = serde_json::from_value(json.clone()).unwrap();
    assert_eq!(map.get(&Category::new(3).unwrap()), Some(&true));
    assert_eq!((map.len(), map.is_empty()), (1, false));
    assert_eq!(map.removed().collect::<Vec<_>>(), [&Category::new(4).unwrap()]);
    assert_eq!(map.annotations().count(), 1);
    assert_eq!(serde_json::to_value(&map).unwrap(), json);
}

#[test]
fn pages_keep_links_and_annotations() {
    let json = json!({ "@odata.context": "c", "@odata.count": 3, "@odata.nextLink": "https://n?$skiptoken=a%7Eb", "value": [1] });
    let page: Page<i32> = serde_json::from_value(json.clone()).unwrap();
    assert_eq!((page.value.as_slice(), page.count), (&[1][..], Some(3)));
    assert_eq!(page.next_link, Some(Link::new("https://n?$skiptoken=a%7Eb")));
    assert_eq!(serde_json::to_value(&page).unwrap(), json);
    assert!(!format!("{page:?}").contains("skiptoken"));
    assert!(serde_json::from_value::<Page<i32>>(json!({})).is_err());
}

#[test]
fn raw_values_keep_their_digits() {
    for text in [
        "1.10",
        "12345678901234567890123",
        "\"\\u00e9\"",
        "{\"b\":1,\"a\":2}",
        "null",
    ] {
        let raw: Raw = serde_json::from_str(text).unwrap();
        assert_eq!(raw.as_str(), text);
        assert_eq!(serde_json::to_string(&raw).unwrap(), text);
    }
    assert!(Raw::parse("{").is_err());
    assert_eq!(Raw::parse("[1]").unwrap().decode::<Value>().unwrap(), json!([1]));
}

#[test]
fn ids_are_equal_by_their_text() {
    let id: Id<str> = Id::new("AAMkADIyAAAAABrJAAA=");
    assert_eq!(id, id.cast::<u8>().cast());
    assert_eq!(id.to_string(), "AAMkADIyAAAAABrJAAA=");
    assert!(Id::<str>::new("a") < Id::new("b"));
}

proptest! {
    // The same cases in every run.
    #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(20_261_121), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_a_key(text in ".*") {
        let key = EncodedKey::new(&text);
        prop_assert_eq!(key.decode(), text.as_str());
        let bare = key.as_wire().replace("%25", "").replace("%2E", "").replace("%3A", "").replace("%40", "").replace("%23", "");
        prop_assert!(!bare.contains(['.', ':', '%', '@', '#']), "{}", key.as_wire());
        prop_assert_eq!(EncodedKey::from_wire(key.as_wire()), key);
    }

    #[test]
    fn keys_are_equal_however_encoded(text in "[a-z.:/é]*") {
        let lower = EncodedKey::from_wire(&EncodedKey::new(&text).as_wire().to_lowercase());
        prop_assert_eq!(lower, EncodedKey::new(&text));
    }
}
