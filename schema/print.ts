import {
  type ASTNode,
  type DirectiveNode,
  type DocumentNode,
  type GraphQLSchema,
  Kind,
  parse,
  print,
  printSchema,
  visit,
} from 'graphql';

/** Directives by where they stand: `Customer` or `Query.customersById`. */
type Placements = Readonly<Record<string, readonly string[]>>;

export const formats = ['graphql', 'federation', 'stitching'] as const;
export type Format = (typeof formats)[number];

const federationVersion = '2.3';

/** What each format adds to the plain SDL. */
const additions: Record<Format, { readonly head: string; readonly placements: Placements }> = {
  graphql: { head: '', placements: {} },
  /** An Apollo Federation 2 subgraph: customers are an entity by id and by code. */
  federation: {
    head: `extend schema @link(url: "https://specs.apollo.dev/federation/v${federationVersion}", import: ["@key", "@shareable"])`,
    placements: {
      Customer: ['@key(fields: "id")', '@key(fields: "code")'],
      PageInfo: ['@shareable'],
    },
  },
  /** Schema stitching's directives SDL: customers merge by id and by code, in batches. */
  stitching: {
    head: `
      directive @key(selectionSet: String!) on OBJECT
      directive @computed(selectionSet: String!) on FIELD_DEFINITION
      directive @merge(argsExpr: String, keyArg: String, keyField: String, key: [String!], additionalArgs: String) on FIELD_DEFINITION
      directive @canonical on OBJECT | INTERFACE | INPUT_OBJECT | UNION | ENUM | SCALAR | FIELD_DEFINITION | INPUT_FIELD_DEFINITION
    `,
    placements: {
      'Query.customersById': ['@merge(keyField: "id")'],
      'Query.customersByCode': ['@merge(keyField: "code")'],
    },
  },
};

/** The graph's SDL, with the directives of a format in their places. */
export function printGraph(schema: GraphQLSchema, format: Format): string {
  const { head, placements } = additions[format];
  const plain = parse(printSchema(schema));
  if (format === 'graphql') return print(plain);
  const decorated: DocumentNode = visit(plain, {
    ObjectTypeDefinition: (type) => ({
      ...type,
      directives: [...(type.directives ?? []), ...directivesAt(placements, type.name.value)],
      fields: type.fields?.map((field) => ({
        ...field,
        directives: [
          ...(field.directives ?? []),
          ...directivesAt(placements, `${type.name.value}.${field.name.value}`),
        ],
      })),
    }),
  });
  return `${print(parse(head))}\n\n${print(decorated)}`;
}

function directivesAt(placements: Placements, place: string): readonly DirectiveNode[] {
  const texts = placements[place] ?? [];
  return texts.flatMap((text) => {
    const directives: DirectiveNode[] = [];
    visit(parse(`type T ${text}`) as ASTNode, {
      [Kind.DIRECTIVE]: (directive: DirectiveNode) => void directives.push(directive),
    });
    return directives;
  });
}
