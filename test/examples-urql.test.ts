import { testCustomerBrowser } from './harness/customer-browser-suite.ts';

testCustomerBrowser('urql');
