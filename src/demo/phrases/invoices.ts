import type { Phrases } from './phrases.js';

/** Invoices from which a machine takes the numbers. */
export const invoices: Phrases = {
  systems: ['Extract number, issuer and total. Answer with JSON only.'],
  topics: [
    'Office supplies',
    'Fracht und Verpackung',
    'Hébergement web',
    'Cloud services',
    'Büromiete',
    'Travel expenses',
    'Licences logicielles',
  ],
  names: [
    'Nordwind GmbH',
    'Atelier Dupont SARL',
    'Harbour Ltd',
    'Müller & Söhne KG',
    'Clearwater Inc.',
    'Soleil SA',
  ],
  questions: [
    'INVOICE {number}\n{name}\n{topic}\nTotal {minutes},00 EUR',
    'Rechnung Nr. {number}\n{name}\n{topic}\nGesamt {minutes},90 EUR',
    'Facture n° {number}\n{name}\n{topic}\nTotal TTC {minutes},50 EUR',
  ],
  answers: ['{"number":"{number}","issuer":"{name}","total":{minutes}}'],
  followUps: ['The total is wrong. Check it again.'],
};
