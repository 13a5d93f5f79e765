//! OData's Common Schema Definition Language: XML to a linked model.
//!
//! This module knows OData and nothing of ours. [`parse`] reads one document and keeps the place of everything;
//! [`link`] resolves aliases and names; [`merge`] lays the versions of one API over each other.
//!
//! <https://docs.oasis-open.org/odata/odata-csdl-xml/v4.01/odata-csdl-xml-v4.01.html>

mod document;
mod edm;
mod link;
mod merge;
mod parse;
mod versions;

pub use self::{
    document::{
        Annotation, Callable, CallableKind, Document, EnumDeclaration, Import, Member, NavigationDeclaration,
        OutOfLine, Parameter, PropertyDeclaration, Revision, Root, Schema, StructuredDeclaration,
        TypeDefinitionDeclaration, TypeName, TypeReference,
    },
    edm::{
        BoundCall, CallParameter, Edm, EnumMember, EnumType, Navigation, Primitive, Property, QualifiedName, RootSet,
        Structured, Type, TypeRef, ValueType,
    },
    link::link,
    merge::merge,
    parse::parse,
    versions::Versions,
};
