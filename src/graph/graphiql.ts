import type { GraphiQLOptions } from 'graphql-yoga';

/** What GraphiQL opens with. */
const exampleQuery = `# Welcome to komet-graphql: the customers of Komet Sales as a graph.
#
# Run this with Ctrl-Enter (or the button above), then change it: Ctrl-Space
# completes, and the book on the left has the documentation of every field.

query Welcome {
  customers(filter: { name: "f%s" }, limit: 5) {
    id
    name
    code
    active
    salesPerson
    customerType
  }
  customerByCode(code: "abc") {
    name
  }
  kometStatus {
    rows
    asOf
    quota {
      used
      limit
      resetsAt
    }
  }
}
`;

/** GraphiQL from bytes in the package: no address of any other host is ever loaded. */
export async function renderGraphiql(options?: GraphiQLOptions): Promise<string> {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  return renderGraphiQL({ ...options, title: 'komet-graphql', defaultQuery: exampleQuery });
}
