use std::marker::PhantomData;

use super::{QueryOption, Request};
use crate::{
    DeltaPage, Page, Versioned,
    filter::Filter,
    record::{Entity, Property, Record},
};

/// The query options, as types: an operation [`Takes`] some of them.
pub mod option {
    /// `$expand`
    #[derive(Debug)]
    pub enum Expand {}

    /// `$filter`
    #[derive(Debug)]
    pub enum Filter {}

    /// `$orderby`
    #[derive(Debug)]
    pub enum OrderBy {}

    /// `$select`
    #[derive(Debug)]
    pub enum Select {}

    /// `$skip`
    #[derive(Debug)]
    pub enum Skip {}

    /// `$top`
    #[derive(Debug)]
    pub enum Top {}
}

/// Says that an operation takes a query option. Implemented by generated code.
#[diagnostic::on_unimplemented(message = "the service ignores or refuses this query option on this operation")]
pub trait Takes<Option> {}

/// An answer that holds objects whose properties can be asked for.
pub trait Queried {
    /// The type of the objects.
    type Record: Record;
}

impl<T: Entity> Queried for Versioned<T> {
    type Record = T;
}

impl<T: Queried> Queried for Page<T> {
    type Record = T::Record;
}

impl<T: Entity> Queried for DeltaPage<T> {
    type Record = T;
}

/// What is asked for beyond the path. A second call of a function replaces what the first asked for.
///
/// <https://learn.microsoft.com/graph/query-parameters>
impl<R, O> Request<R, O> {
    /// At most this many objects a page. The service may send fewer.
    pub fn top(self, count: u32) -> Self
    where
        O: Takes<option::Top>,
    {
        self.replace(QueryOption::Top, count.to_string())
    }

    /// Leaves out this many objects at the beginning.
    pub fn skip(self, count: u32) -> Self
    where
        O: Takes<option::Skip>,
    {
        self.replace(QueryOption::Skip, count.to_string())
    }
}

/// What is asked for of the objects in the answer.
impl<R: Queried, O> Request<R, O> {
    /// Only these properties; the others are absent.
    pub fn select(self, properties: impl IntoIterator<Item = Property<R::Record>>) -> Self
    where
        O: Takes<option::Select>,
    {
        self.replace(QueryOption::Select, names(properties))
    }

    /// These navigation properties, too.
    pub fn expand(self, properties: impl IntoIterator<Item = Property<R::Record>>) -> Self
    where
        O: Takes<option::Expand>,
    {
        self.replace(QueryOption::Expand, names(properties))
    }

    /// Only the objects that the filter lets through.
    pub fn filter(self, filter: Filter<R::Record>) -> Self
    where
        O: Takes<option::Filter>,
    {
        self.replace(QueryOption::Filter, filter.into_text())
    }

    /// Smallest first.
    pub fn order_by(self, property: Property<R::Record>) -> Self
    where
        O: Takes<option::OrderBy>,
    {
        self.replace(QueryOption::OrderBy, property.name().to_owned())
    }

    /// Greatest first.
    pub fn order_by_descending(self, property: Property<R::Record>) -> Self
    where
        O: Takes<option::OrderBy>,
    {
        self.replace(QueryOption::OrderBy, format!("{} desc", property.name()))
    }
}

impl<R, O> Request<R, O> {
    /// The same request, to which no more query options are added: of one type with those that follow links.
    pub fn finish(self) -> Request<R> {
        Request {
            parts: self.parts,
            answer: PhantomData,
        }
    }

    fn replace(mut self, option: QueryOption, value: String) -> Self {
        self.parts.query.retain(|(known, _)| *known != option.name());
        self.query_option(option, value)
    }
}

fn names<R>(properties: impl IntoIterator<Item = Property<R>>) -> String {
    let names: Vec<_> = properties.into_iter().map(Property::name).collect();
    names.join(",")
}
