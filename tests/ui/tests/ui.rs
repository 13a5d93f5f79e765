//! What gets ids, versions and read-only properties wrong does not compile, and the compiler says why.

#[test]
fn wrong_use_does_not_compile() {
    trybuild::TestCases::new().compile_fail("cases/*.rs");
}
