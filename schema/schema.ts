import './scalars.ts';
import './customer.ts';
import './customer-connection.ts';
import './customer-change.ts';
import './komet-status.ts';
import { builder } from './builder.ts';

/** The whole graph, its fields in the order in which people want to read them. */
export const schema = builder.toSchema({ sortSchema: false });
