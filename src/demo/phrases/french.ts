import type { Phrases } from './phrases.js';

export const french: Phrases = {
  systems: [
    'Tu es un assistant courtois. Réponds brièvement et clairement.',
    'Tu relis des contrats. Signale d’abord les risques.',
    'Traduis fidèlement et garde les termes techniques.',
  ],
  topics: [
    'la livraison de la commande {number}',
    'l’abonnement annuel',
    'la garantie de la machine à café',
    'la facture {number}',
    'la clause de résiliation',
    'l’accord de confidentialité',
    'la connexion avec un compte professionnel',
    'la note de frais',
  ],
  names: ['Camille Lefèvre', 'Hugo Bernard', 'Chloé Garçon', 'Élodie Petit', 'Mathis Rousseau'],
  questions: [
    'Bonjour, ici {name}. J’ai une question : {topic}. Que dois-je faire ?',
    'Résume en trois phrases ce que nous savons de ce sujet : {topic}.',
    'Rédige un message court et poli pour {name}. Objet : {topic}.',
    'Quels sont les principaux risques pour {topic} ?',
    'Compare les solutions possibles et recommande-en une : {topic}.',
  ],
  answers: [
    'Merci pour votre message. Objet : {topic}.',
    'La cause la plus probable est un réglage modifié lors de la dernière mise à jour.',
    'Vérifiez d’abord le numéro {number}, puis écrivez à {name}.',
    'En bref : oui, c’est possible, mais cela prend jusqu’à {minutes} minutes.',
    'Trois points comptent : le coût, le délai et la charge de l’équipe.',
    'Si cela ne suffit pas, le support s’en occupe sous un jour ouvré.',
  ],
  followUps: [
    'Merci ! Combien de temps cela prendra-t-il ?',
    'Peux-tu faire plus court ?',
    'Présente-le sous forme de tableau.',
  ],
};
