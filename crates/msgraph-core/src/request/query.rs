use std::marker::PhantomData;

use super::{QueryOption, Request};
use crate::{
    DeltaPage, Page, Versioned,
    delta::Tracked,
    filter::Filter,
    record::{Entity, Property, Record},
    update::Limit,
};

/// The query options, as types: an operation [`Takes`] some of them.
pub mod option {
    /// `$expand`
    #[derive(Debug)]
    pub enum Expand {}

    /// `$filter`
    #[derive(Debug)]
    pub enum Filter {}

    /// `Prefer: odata.maxpagesize`, a header that belongs here by what it does.
    #[derive(Debug)]
    pub enum MaxPageSize {}

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
#[diagnostic::on_unimplemented(
    message = "the service is not known to take this query option on this operation",
    note = "an overlay says what it takes, in `query_options`"
)]
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

impl<T: Tracked> Queried for DeltaPage<T> {
    type Record = T::Record;
}

/// What is asked for beyond the path. A second call of a function replaces what the first asked for; but an order has a
/// first key, and further ones.
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

    /// At most this many objects a page, as a preference. It is a header, and no link carries headers: the pages that follow
    /// are of the size that the service chooses.
    pub fn max_page_size(mut self, count: u32) -> Self
    where
        O: Takes<option::MaxPageSize>,
    {
        self.parts
            .prefer
            .retain(|preference| !preference.starts_with(MAX_PAGE_SIZE));
        self.parts.prefer.push(format!("{MAX_PAGE_SIZE}{count}").into());
        self
    }
}

const MAX_PAGE_SIZE: &str = "odata.maxpagesize=";

/// What is asked for of the objects in the answer.
impl<R: Queried, O> Request<R, O> {
    /// Only these properties; the others are absent.
    pub fn select(self, properties: impl IntoIterator<Item = Property<R::Record>>) -> Self
    where
        O: Takes<option::Select>,
    {
        self.replace_by(QueryOption::Select, properties)
    }

    /// These navigation properties, too.
    pub fn expand(self, properties: impl IntoIterator<Item = Property<R::Record>>) -> Self
    where
        O: Takes<option::Expand>,
    {
        self.replace_by(QueryOption::Expand, properties)
    }

    /// This navigation property, too, with those of its objects that the filter lets through.
    pub fn expand_where<T>(mut self, property: Property<R::Record>, filter: &Filter<T>) -> Self
    where
        O: Takes<option::Expand>,
    {
        self.refuse_limit(Limit::of(property).or(filter.limit()));
        self.replace(QueryOption::Expand, format!("{}($filter={filter})", property.name()))
    }

    /// Only the objects that the filter lets through.
    pub fn filter(mut self, filter: Filter<R::Record>) -> Self
    where
        O: Takes<option::Filter>,
    {
        self.refuse_limit(filter.limit());
        self.replace(QueryOption::Filter, filter.into_text())
    }

    /// Smallest first, where the keys that were given before are equal.
    pub fn order_by(mut self, property: Property<R::Record>) -> Self
    where
        O: Takes<option::OrderBy>,
    {
        self.refuse_limit(Limit::of(property));
        self.add_key(property.name().to_owned())
    }

    /// Greatest first, where the keys that were given before are equal.
    pub fn order_by_descending(mut self, property: Property<R::Record>) -> Self
    where
        O: Takes<option::OrderBy>,
    {
        self.refuse_limit(Limit::of(property));
        self.add_key(format!("{} desc", property.name()))
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

    fn replace_by<T>(mut self, option: QueryOption, properties: impl IntoIterator<Item = Property<T>>) -> Self {
        let mut names = Vec::new();
        for property in properties {
            self.refuse_limit(Limit::of(property));
            names.push(property.name());
        }
        self.replace(option, names.join(","))
    }

    fn add_key(mut self, key: String) -> Self {
        let name = QueryOption::OrderBy.name();
        match self.parts.query.iter_mut().find(|(known, _)| *known == name) {
            Some((_, keys)) => {
                keys.push(',');
                keys.push_str(&key);
                self
            }
            None => self.query_option(QueryOption::OrderBy, key),
        }
    }

    fn refuse_limit(&mut self, limit: Option<Limit>) {
        let outside = limit.and_then(|limit| limit.outside(self.parts.versions));
        self.parts.refuse_outside(outside);
    }

    fn replace(mut self, option: QueryOption, value: String) -> Self {
        self.parts.query.retain(|(known, _)| *known != option.name());
        self.query_option(option, value)
    }
}
