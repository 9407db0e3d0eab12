import type { Phrases } from './phrases.js';

export const spanish: Phrases = {
  systems: [
    'Eres un asistente amable. Responde de forma breve y clara.',
    'Ayudas a los clientes de una tienda en línea. No prometas reembolsos.',
    'Escribe con un tono cercano y positivo.',
  ],
  topics: [
    'la entrega del pedido {number}',
    'la suscripción anual',
    'la garantía de la cafetera',
    'la factura {number}',
    'el reembolso del pedido {number}',
    'la campaña de otoño',
    'el acceso con la cuenta de empresa',
    'los auriculares inalámbricos',
    'el cambio de dirección',
    'la política de devoluciones',
  ],
  names: ['María González', 'José Hernández', 'Lucía Fernández', 'Diego Muñoz', 'Sofía Núñez'],
  questions: [
    'Hola, soy {name}. Tengo una pregunta sobre {topic}. ¿Qué debo hacer?',
    'Resume en tres frases lo que sabemos sobre {topic}.',
    '¿Por qué hay un problema con {topic}? La semana pasada funcionaba.',
    'Escribe un mensaje breve y cortés para {name} sobre {topic}.',
    'Compara las opciones que tenemos para {topic} y recomienda una.',
  ],
  answers: [
    'Gracias por tu mensaje sobre {topic}.',
    'La causa más probable es un ajuste que cambió con la última actualización.',
    'Primero comprueba el número {number} y después escribe a {name}.',
    'En resumen: sí, es posible, pero tarda hasta {minutes} minutos.',
    'Hay tres puntos importantes: el coste, el plazo y el esfuerzo del equipo.',
    'Si eso no ayuda, el equipo de soporte lo resolverá en un día laborable.',
  ],
  followUps: ['¡Gracias! ¿Cuánto tardará?', '¿Puedes hacerlo más corto?', '¿Hay una alternativa más barata?'],
};
