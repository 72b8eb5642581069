export const introspection = {
 "__schema": {
  "queryType": {
   "name": "Query",
   "kind": "OBJECT"
  },
  "mutationType": null,
  "subscriptionType": {
   "name": "Subscription",
   "kind": "OBJECT"
  },
  "types": [
   {
    "kind": "OBJECT",
    "name": "Customer",
    "fields": [
     {
      "name": "id",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "ID",
        "kind": "SCALAR",
        "ofType": null
       }
      },
      "args": []
     },
     {
      "name": "name",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "String",
        "kind": "SCALAR",
        "ofType": null
       }
      },
      "args": []
     },
     {
      "name": "code",
      "type": {
       "kind": "SCALAR",
       "name": "String",
       "ofType": null
      },
      "args": []
     },
     {
      "name": "active",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "Boolean",
        "kind": "SCALAR",
        "ofType": null
       }
      },
      "args": []
     },
     {
      "name": "salesPerson",
      "type": {
       "kind": "SCALAR",
       "name": "String",
       "ofType": null
      },
      "args": []
     },
     {
      "name": "customerType",
      "type": {
       "kind": "SCALAR",
       "name": "String",
       "ofType": null
      },
      "args": []
     },
     {
      "name": "salesPersonId",
      "type": {
       "kind": "SCALAR",
       "name": "ID",
       "ofType": null
      },
      "args": []
     },
     {
      "name": "accountingCode",
      "type": {
       "kind": "SCALAR",
       "name": "String",
       "ofType": null
      },
      "args": []
     },
     {
      "name": "updatedOn",
      "type": {
       "kind": "SCALAR",
       "name": "DateTime",
       "ofType": null
      },
      "args": []
     }
    ],
    "interfaces": []
   },
   {
    "kind": "OBJECT",
    "name": "PageInfo",
    "fields": [
     {
      "name": "hasNextPage",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "Boolean",
        "kind": "SCALAR",
        "ofType": null
       }
      },
      "args": []
     },
     {
      "name": "hasPreviousPage",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "Boolean",
        "kind": "SCALAR",
        "ofType": null
       }
      },
      "args": []
     },
     {
      "name": "startCursor",
      "type": {
       "kind": "SCALAR",
       "name": "String",
       "ofType": null
      },
      "args": []
     },
     {
      "name": "endCursor",
      "type": {
       "kind": "SCALAR",
       "name": "String",
       "ofType": null
      },
      "args": []
     }
    ],
    "interfaces": []
   },
   {
    "kind": "OBJECT",
    "name": "CustomerEdge",
    "fields": [
     {
      "name": "cursor",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "String",
        "kind": "SCALAR",
        "ofType": null
       }
      },
      "args": []
     },
     {
      "name": "node",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "Customer",
        "kind": "OBJECT",
        "ofType": null
       }
      },
      "args": []
     }
    ],
    "interfaces": []
   },
   {
    "kind": "OBJECT",
    "name": "FacetCount",
    "fields": [
     {
      "name": "value",
      "type": {
       "kind": "SCALAR",
       "name": "String",
       "ofType": null
      },
      "args": []
     },
     {
      "name": "count",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "Int",
        "kind": "SCALAR",
        "ofType": null
       }
      },
      "args": []
     }
    ],
    "interfaces": []
   },
   {
    "kind": "OBJECT",
    "name": "ActiveFacetCount",
    "fields": [
     {
      "name": "value",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "Boolean",
        "kind": "SCALAR",
        "ofType": null
       }
      },
      "args": []
     },
     {
      "name": "count",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "Int",
        "kind": "SCALAR",
        "ofType": null
       }
      },
      "args": []
     }
    ],
    "interfaces": []
   },
   {
    "kind": "OBJECT",
    "name": "CustomerFacets",
    "fields": [
     {
      "name": "customerType",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": null,
        "kind": "LIST",
        "ofType": {
         "name": null,
         "kind": "NON_NULL",
         "ofType": {
          "name": "FacetCount",
          "kind": "OBJECT",
          "ofType": null
         }
        }
       }
      },
      "args": []
     },
     {
      "name": "salesPerson",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": null,
        "kind": "LIST",
        "ofType": {
         "name": null,
         "kind": "NON_NULL",
         "ofType": {
          "name": "FacetCount",
          "kind": "OBJECT",
          "ofType": null
         }
        }
       }
      },
      "args": []
     },
     {
      "name": "active",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": null,
        "kind": "LIST",
        "ofType": {
         "name": null,
         "kind": "NON_NULL",
         "ofType": {
          "name": "ActiveFacetCount",
          "kind": "OBJECT",
          "ofType": null
         }
        }
       }
      },
      "args": []
     }
    ],
    "interfaces": []
   },
   {
    "kind": "OBJECT",
    "name": "CustomerConnection",
    "fields": [
     {
      "name": "edges",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": null,
        "kind": "LIST",
        "ofType": {
         "name": null,
         "kind": "NON_NULL",
         "ofType": {
          "name": "CustomerEdge",
          "kind": "OBJECT",
          "ofType": null
         }
        }
       }
      },
      "args": []
     },
     {
      "name": "nodes",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": null,
        "kind": "LIST",
        "ofType": {
         "name": null,
         "kind": "NON_NULL",
         "ofType": {
          "name": "Customer",
          "kind": "OBJECT",
          "ofType": null
         }
        }
       }
      },
      "args": []
     },
     {
      "name": "pageInfo",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "PageInfo",
        "kind": "OBJECT",
        "ofType": null
       }
      },
      "args": []
     },
     {
      "name": "totalCount",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "Int",
        "kind": "SCALAR",
        "ofType": null
       }
      },
      "args": []
     },
     {
      "name": "facets",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "CustomerFacets",
        "kind": "OBJECT",
        "ofType": null
       }
      },
      "args": []
     }
    ],
    "interfaces": []
   },
   {
    "kind": "OBJECT",
    "name": "CustomerChange",
    "fields": [
     {
      "name": "id",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "ID",
        "kind": "SCALAR",
        "ofType": null
       }
      },
      "args": []
     },
     {
      "name": "kind",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "CustomerChangeKind",
        "kind": "ENUM",
        "ofType": null
       }
      },
      "args": []
     },
     {
      "name": "customer",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "Customer",
        "kind": "OBJECT",
        "ofType": null
       }
      },
      "args": []
     },
     {
      "name": "previous",
      "type": {
       "kind": "OBJECT",
       "name": "Customer",
       "ofType": null
      },
      "args": []
     },
     {
      "name": "changedFields",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": null,
        "kind": "LIST",
        "ofType": {
         "name": null,
         "kind": "NON_NULL",
         "ofType": {
          "name": "String",
          "kind": "SCALAR",
          "ofType": null
         }
        }
       }
      },
      "args": []
     }
    ],
    "interfaces": []
   },
   {
    "kind": "OBJECT",
    "name": "KometQuota",
    "fields": [
     {
      "name": "limit",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "Int",
        "kind": "SCALAR",
        "ofType": null
       }
      },
      "args": []
     },
     {
      "name": "used",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "Int",
        "kind": "SCALAR",
        "ofType": null
       }
      },
      "args": []
     },
     {
      "name": "reserved",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "Int",
        "kind": "SCALAR",
        "ofType": null
       }
      },
      "args": []
     },
     {
      "name": "resetsAt",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "DateTime",
        "kind": "SCALAR",
        "ofType": null
       }
      },
      "args": []
     }
    ],
    "interfaces": []
   },
   {
    "kind": "OBJECT",
    "name": "KometCapabilities",
    "fields": [
     {
      "name": "updateAsOf",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "CapabilityState",
        "kind": "ENUM",
        "ofType": null
       }
      },
      "args": []
     },
     {
      "name": "includeInactive",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "CapabilityState",
        "kind": "ENUM",
        "ofType": null
       }
      },
      "args": []
     }
    ],
    "interfaces": []
   },
   {
    "kind": "OBJECT",
    "name": "KometError",
    "fields": [
     {
      "name": "code",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "String",
        "kind": "SCALAR",
        "ofType": null
       }
      },
      "args": []
     },
     {
      "name": "message",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "String",
        "kind": "SCALAR",
        "ofType": null
       }
      },
      "args": []
     },
     {
      "name": "at",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "DateTime",
        "kind": "SCALAR",
        "ofType": null
       }
      },
      "args": []
     }
    ],
    "interfaces": []
   },
   {
    "kind": "OBJECT",
    "name": "KometStatus",
    "fields": [
     {
      "name": "quota",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "KometQuota",
        "kind": "OBJECT",
        "ofType": null
       }
      },
      "args": []
     },
     {
      "name": "snapshotVersion",
      "type": {
       "kind": "SCALAR",
       "name": "String",
       "ofType": null
      },
      "args": []
     },
     {
      "name": "rows",
      "type": {
       "kind": "SCALAR",
       "name": "Int",
       "ofType": null
      },
      "args": []
     },
     {
      "name": "asOf",
      "type": {
       "kind": "SCALAR",
       "name": "DateTime",
       "ofType": null
      },
      "args": []
     },
     {
      "name": "ageSeconds",
      "type": {
       "kind": "SCALAR",
       "name": "Float",
       "ofType": null
      },
      "args": []
     },
     {
      "name": "maxStalenessSeconds",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "Float",
        "kind": "SCALAR",
        "ofType": null
       }
      },
      "args": []
     },
     {
      "name": "lastSync",
      "type": {
       "kind": "ENUM",
       "name": "SyncKind",
       "ofType": null
      },
      "args": []
     },
     {
      "name": "nextSyncAt",
      "type": {
       "kind": "SCALAR",
       "name": "DateTime",
       "ofType": null
      },
      "args": []
     },
     {
      "name": "capabilities",
      "type": {
       "kind": "OBJECT",
       "name": "KometCapabilities",
       "ofType": null
      },
      "args": []
     },
     {
      "name": "lastError",
      "type": {
       "kind": "OBJECT",
       "name": "KometError",
       "ofType": null
      },
      "args": []
     }
    ],
    "interfaces": []
   },
   {
    "kind": "OBJECT",
    "name": "Query",
    "fields": [
     {
      "name": "customer",
      "type": {
       "kind": "OBJECT",
       "name": "Customer",
       "ofType": null
      },
      "args": [
       {
        "name": "id",
        "type": {
         "kind": "NON_NULL",
         "name": null,
         "ofType": {
          "name": "ID",
          "kind": "SCALAR",
          "ofType": null
         }
        }
       }
      ]
     },
     {
      "name": "customerByCode",
      "type": {
       "kind": "OBJECT",
       "name": "Customer",
       "ofType": null
      },
      "args": [
       {
        "name": "code",
        "type": {
         "kind": "NON_NULL",
         "name": null,
         "ofType": {
          "name": "String",
          "kind": "SCALAR",
          "ofType": null
         }
        }
       }
      ]
     },
     {
      "name": "customers",
      "type": {
       "kind": "LIST",
       "name": null,
       "ofType": {
        "name": null,
        "kind": "NON_NULL",
        "ofType": {
         "name": "Customer",
         "kind": "OBJECT",
         "ofType": null
        }
       }
      },
      "args": [
       {
        "name": "filter",
        "type": {
         "kind": "INPUT_OBJECT",
         "name": "CustomerFilter",
         "ofType": null
        }
       },
       {
        "name": "orderBy",
        "type": {
         "kind": "INPUT_OBJECT",
         "name": "CustomerOrder",
         "ofType": null
        }
       },
       {
        "name": "limit",
        "type": {
         "kind": "SCALAR",
         "name": "Int",
         "ofType": null
        }
       },
       {
        "name": "offset",
        "type": {
         "kind": "SCALAR",
         "name": "Int",
         "ofType": null
        }
       }
      ]
     },
     {
      "name": "customersById",
      "type": {
       "kind": "LIST",
       "name": null,
       "ofType": {
        "name": "Customer",
        "kind": "OBJECT",
        "ofType": null
       }
      },
      "args": [
       {
        "name": "ids",
        "type": {
         "kind": "NON_NULL",
         "name": null,
         "ofType": {
          "name": null,
          "kind": "LIST",
          "ofType": {
           "name": null,
           "kind": "NON_NULL",
           "ofType": {
            "name": "ID",
            "kind": "SCALAR",
            "ofType": null
           }
          }
         }
        }
       }
      ]
     },
     {
      "name": "customersByCode",
      "type": {
       "kind": "LIST",
       "name": null,
       "ofType": {
        "name": "Customer",
        "kind": "OBJECT",
        "ofType": null
       }
      },
      "args": [
       {
        "name": "codes",
        "type": {
         "kind": "NON_NULL",
         "name": null,
         "ofType": {
          "name": null,
          "kind": "LIST",
          "ofType": {
           "name": null,
           "kind": "NON_NULL",
           "ofType": {
            "name": "String",
            "kind": "SCALAR",
            "ofType": null
           }
          }
         }
        }
       }
      ]
     },
     {
      "name": "customerConnection",
      "type": {
       "kind": "OBJECT",
       "name": "CustomerConnection",
       "ofType": null
      },
      "args": [
       {
        "name": "filter",
        "type": {
         "kind": "INPUT_OBJECT",
         "name": "CustomerFilter",
         "ofType": null
        }
       },
       {
        "name": "orderBy",
        "type": {
         "kind": "INPUT_OBJECT",
         "name": "CustomerOrder",
         "ofType": null
        }
       },
       {
        "name": "first",
        "type": {
         "kind": "SCALAR",
         "name": "Int",
         "ofType": null
        }
       },
       {
        "name": "after",
        "type": {
         "kind": "SCALAR",
         "name": "String",
         "ofType": null
        }
       },
       {
        "name": "last",
        "type": {
         "kind": "SCALAR",
         "name": "Int",
         "ofType": null
        }
       },
       {
        "name": "before",
        "type": {
         "kind": "SCALAR",
         "name": "String",
         "ofType": null
        }
       }
      ]
     },
     {
      "name": "kometStatus",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "KometStatus",
        "kind": "OBJECT",
        "ofType": null
       }
      },
      "args": []
     }
    ],
    "interfaces": []
   },
   {
    "kind": "OBJECT",
    "name": "Subscription",
    "fields": [
     {
      "name": "customerChanged",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "CustomerChange",
        "kind": "OBJECT",
        "ofType": null
       }
      },
      "args": [
       {
        "name": "filter",
        "type": {
         "kind": "INPUT_OBJECT",
         "name": "CustomerFilter",
         "ofType": null
        }
       },
       {
        "name": "after",
        "type": {
         "kind": "SCALAR",
         "name": "ID",
         "ofType": null
        }
       }
      ]
     }
    ],
    "interfaces": []
   }
  ]
 }
} as const;
